import { readFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Loader, Plugin } from "esbuild";

const LOADERS: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".jsx": "jsx",
};

/** What a module may call its own place, and what stands for it in a bundle. */
const PLACES = {
  "import.meta.url": "__sourceUrl",
  "import.meta.dirname": "__sourceFolder",
  "import.meta.filename": "__sourceFile",
  __dirname: "__sourceFolder",
  __filename: "__sourceFile",
} as const;
const MENTION = /\bimport\.meta\b|\b__(?:dirname|filename)\b/;

/** In a bundle, a module's own place is still where its source lies: what it reads beside itself is found there, on machines that have it. */
export function sourcePlaces(): Plugin {
  return {
    name: "source-places",
    setup: (bundling) => {
      bundling.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: "file" }, async ({ path }) => {
        const text = await readFile(path, "utf8");
        if (!MENTION.test(text)) return undefined;
        return { contents: withPlaces(path, text), loader: LOADERS[extname(path)] ?? "js" };
      });
    },
  };
}
sourcePlaces.define = PLACES;

/** On the first line of the code, so that lines keep their numbers. */
function withPlaces(path: string, text: string): string {
  const values = { __sourceUrl: pathToFileURL(path).href, __sourceFolder: dirname(path), __sourceFile: path };
  const declared = Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  const [, hashbang = "", rest = ""] = /^(#!.*\r?\n)?([\s\S]*)$/.exec(text) ?? [];
  return `${hashbang}const ${declared.join(", ")};${rest}`;
}
