import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative, resolve } from "node:path";
import { messageOf, TroupeError } from "@troupe/runtime";
import { Bm25Index } from "./bm25.ts";
import type { Passage, Retriever } from "./retriever.ts";
import { splitText } from "./split-text.ts";

export interface FileIndexOptions {
  /** The folder whose files are found, with those below it; relative to the working folder of the process that runs the role. */
  readonly folder: string;
  /** Default `.md`, `.txt`, `.rst`, `.adoc`, `.html`. */
  readonly extensions?: readonly string[] | undefined;
  /** Longest passage, characters. Default 1,500. */
  readonly passageLength?: number | undefined;
}

const EXTENSIONS = [".md", ".txt", ".rst", ".adoc", ".html"];
const PASSAGE_LENGTH = 1_500;
/** What fits into the memory of a host beside everything else. */
const MOST_FILES = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The built-in index: the files of a folder, in passages, found by their words (BM25). Read with the first question, and again when a file was
 * added, changed or removed. Files and folders that begin with a dot, and links, are passed over. Throws `unavailable` for a folder that
 * cannot be read, `body_too_large` for more than 10,000 files or 64 MiB.
 */
export function fileIndex(options: FileIndexOptions): Retriever {
  const { folder, extensions = EXTENSIONS, passageLength = PASSAGE_LENGTH } = options;
  const root = resolve(folder);
  let built: { readonly state: string; readonly index: Promise<Searchable> } | undefined;
  return {
    retrieve: async (query, { limit }) => {
      const files = await readable(root, () => filesUnder(root, new Set(extensions)));
      const state = files.map(({ path, bytes, changedMs }) => `${path} ${bytes} ${changedMs}`).join("\n");
      if (built?.state !== state) {
        built = { state, index: readable(root, () => readIndex(root, files, passageLength)) };
        // The next question tries again.
        built.index.catch(() => (built = undefined));
      }
      return (await built.index).search(query, limit);
    },
  };
}

interface Found {
  readonly path: string;
  readonly bytes: number;
  readonly changedMs: number;
}

interface Searchable {
  search(query: string, limit: number): readonly Passage[];
}

async function readable<T>(root: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (TroupeError.is(error)) throw error;
    throw new TroupeError("unavailable", `the folder ${root} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function filesUnder(root: string, extensions: ReadonlySet<string>): Promise<readonly Found[]> {
  const found: Found[] = [];
  let bytes = 0;
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !extensions.has(extname(entry.name).toLowerCase()) || isHidden(root, path)) continue;
    const { size, mtimeMs } = await stat(path);
    bytes += size;
    if (found.length === MOST_FILES || bytes > MOST_BYTES) {
      const reason = `${root} has more than ${MOST_FILES} files or ${MOST_BYTES} bytes; index a part of it`;
      throw new TroupeError("body_too_large", reason);
    }
    found.push({ path, bytes: size, changedMs: mtimeMs });
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

const isHidden = (root: string, path: string): boolean =>
  relative(root, path)
    .split(/[\\/]/)
    .some((part) => part.startsWith("."));

async function readIndex(root: string, files: readonly Found[], passageLength: number): Promise<Searchable> {
  const passages: Passage[] = [];
  for (const { path } of files) {
    const name = relative(root, path);
    for (const { heading, text } of splitText(await readFile(path, "utf8"), passageLength)) {
      passages.push({ text, source: heading === undefined ? name : `${name}, ${heading}` });
    }
  }
  const index = new Bm25Index(passages.map(({ text, source = "" }) => `${source}\n${text}`));
  return {
    search: (query, limit) =>
      index.search(query, limit).flatMap(({ document, score }) => {
        const passage = passages[document];
        return passage === undefined ? [] : [{ ...passage, score: Math.round(score * 1_000) / 1_000 }];
      }),
  };
}
