/**
 * Makes one ES module of a system file and everything that it imports (ADR 0050). Left out are the packages that come with Troupe, those that
 * hold native code, and those that the project's `package.json` names under `troupe.external`.
 */
import { readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { messageOf, TroupeError } from "@troupe/runtime";
import { MAX_BUNDLE_BYTES } from "@troupe/runtime/internal";
import { type BuildFailure, build, type Message, type Metafile } from "esbuild";
import { z } from "zod";
import { nativePackages } from "./native-packages.ts";
import { sourcePlaces } from "./source-places.ts";

/** Code of a system as one module. */
export interface Bundle {
  readonly code: Uint8Array;
  /** Packages that are not in it and have to be installed where it runs. */
  readonly external: readonly string[];
  /** Absolute paths of the files that it was made of, packages apart. */
  readonly files: readonly string[];
}

/** Of Troupe itself, and the library whose schemas its interfaces take: the node's own, or what a role returns would be of another kind. */
const PROVIDED = ["@troupe", "zod"];

const STAYS_OUTSIDE =
  'A package that is installed on every node may stay outside: "troupe": { "external": ["name"] } in package.json.';

const ProjectFile = z.looseObject({
  troupe: z.looseObject({ external: z.array(z.string().min(1).max(214)).max(200).default([]) }).optional(),
});

/** Bundles a module. Throws `invalid_config` with the place of everything that is wrong, or when it comes to more than 16 MiB. */
export async function bundleOf(path: string): Promise<Bundle> {
  const folder = dirname(path);
  const left = await externalOf(folder);
  const { outputFiles, metafile } = await build({
    entryPoints: [path],
    // Paths in the code are relative to the file's folder: the same sources give the same bundle, wherever they lie.
    absWorkingDir: folder,
    outfile: join(folder, "bundle.mjs"),
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node24",
    charset: "utf8",
    keepNames: true,
    logLevel: "silent",
    external: [...PROVIDED.map((name) => (name === "zod" ? name : `${name}/*`)), ...left],
    plugins: [nativePackages([...PROVIDED, ...left]), sourcePlaces()],
    define: { ...sourcePlaces.define },
  }).catch((error: unknown) => {
    throw refusal(path, error);
  });
  const code = withRequire(outputFiles[0]?.contents ?? new Uint8Array());
  if (code.length > MAX_BUNDLE_BYTES) throw tooLarge(path, code.length, metafile);
  return { code, external: externalIn(metafile), files: ownFiles(folder, metafile) };
}

/** CommonJS packages may require what is not in the bundle; an ES module has no `require` of its own. */
function withRequire(code: Uint8Array): Uint8Array {
  if (!Buffer.from(code).includes("var __require = ")) return code;
  const line =
    'import { createRequire as __createRequire } from "node:module"; globalThis.require ??= __createRequire(import.meta.url);\n';
  return Buffer.concat([Buffer.from(line), code]);
}

/** What the nearest `package.json` says is to stay outside. */
async function externalOf(folder: string): Promise<readonly string[]> {
  const path = join(folder, "package.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return dirname(folder) === folder ? [] : externalOf(dirname(folder));
  }
  try {
    return ProjectFile.parse(JSON.parse(text)).troupe?.external ?? [];
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new TroupeError("invalid_config", `${path}: ${why}`, { cause });
  }
}

function externalIn({ outputs }: Metafile): readonly string[] {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  const names = imports.filter(({ external, path }) => external && !isBuiltin(path)).map(({ path }) => packageOf(path));
  return [...new Set(names)].filter((name) => !PROVIDED.includes(name.split("/")[0] ?? "")).toSorted();
}

/** `@scope/name/file` is of `@scope/name`. */
const packageOf = (path: string): string =>
  path
    .split("/")
    .slice(0, path.startsWith("@") ? 2 : 1)
    .join("/");

const ownFiles = (folder: string, { inputs }: Metafile): readonly string[] =>
  Object.keys(inputs)
    .filter((input) => !input.includes("node_modules/") && !/^[\w-]+:/.test(input))
    .map((input) => resolve(folder, input));

function refusal(path: string, error: unknown): TroupeError {
  if (!isBuildFailure(error))
    return new TroupeError("invalid_config", `${path}: ${messageOf(error)}`, { cause: error });
  const count = error.errors.length === 1 ? "1 error" : `${error.errors.length} errors`;
  const lines = error.errors.map((message) => `  ${lineOf(message)}`);
  if (error.errors.some(({ text }) => text.includes('".node" files'))) lines.push(`  ${STAYS_OUTSIDE}`);
  return new TroupeError("invalid_config", `${path}: ${count}\n${lines.join("\n")}`, { cause: error });
}

const isBuildFailure = (error: unknown): error is BuildFailure =>
  error instanceof Error && "errors" in error && Array.isArray(error.errors);

function lineOf({ text, location }: Message): string {
  return location === null ? text : `${location.file} line ${location.line}: ${text}`;
}

function tooLarge(path: string, bytes: number, { outputs }: Metafile): TroupeError {
  const parts = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const largest = parts.toSorted(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput).slice(0, 3);
  const named = largest.map(([name, { bytesInOutput }]) => `${name} ${mebibytes(bytesInOutput)}`).join(", ");
  return new TroupeError(
    "invalid_config",
    `the code of ${basename(path)} comes to ${mebibytes(bytes)}; the limit is ${mebibytes(MAX_BUNDLE_BYTES)}. Largest: ${named}. ${STAYS_OUTSIDE}`,
  );
}

const mebibytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;
