/** The page as files: plain modules that browsers run as they are. */
import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";

export interface PageFile {
  /** Its name, without a folder. */
  readonly name: string;
  readonly type: string;
  readonly body: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The sources are what is served: there is nothing to build, and they are part of the package. */
const FOLDER = new URL("../src/page/", import.meta.url);

/** Every file of the page; `index.html` is its beginning. */
export async function pageFiles(): Promise<readonly PageFile[]> {
  const files: PageFile[] = [];
  for (const name of await readdir(FOLDER)) {
    const type = TYPES[extname(name)];
    if (type !== undefined) files.push({ name, type, body: await readFile(new URL(name, FOLDER)) });
  }
  return files;
}
