import { readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import type { OnResolveArgs, Plugin, PluginBuild } from "esbuild";
import { z } from "zod";

/** Packages that find or build native code for others. */
const FINDERS = [
  "bindings",
  "node-gyp-build",
  "node-gyp-build-optional-packages",
  "node-pre-gyp",
  "@mapbox/node-pre-gyp",
  "prebuild-install",
  "node-addon-api",
  "napi-postinstall",
];
/** Packages of one platform each, as native code is often published. */
const OF_A_PLATFORM = /(?:linux|darwin|win32)[-_](?:x64|arm64)/;

const dependencies = z.record(z.string(), z.string()).catch({});
const PackageFile = z.looseObject({
  name: z.string(),
  gypfile: z.unknown().optional(),
  binary: z.unknown().optional(),
  napi: z.unknown().optional(),
  dependencies,
  optionalDependencies: dependencies,
});

/** Leaves packages with native code out of a bundle: it is of one platform, and not JavaScript. `known` are decided upon already. */
export function nativePackages(known: readonly string[]): Plugin {
  const isKnown = (path: string) => known.some((name) => path === name || path.startsWith(`${name}/`));
  return {
    name: "native-packages",
    setup: (bundling) => {
      const judged = new Map<string, Promise<boolean>>();
      bundling.onResolve({ filter: /^[^./#]/ }, async ({ path, pluginData, kind, resolveDir, importer }) => {
        if (pluginData === bundling || kind === "entry-point" || isBuiltin(path) || isKnown(path)) return undefined;
        const found = await resolvedBy(bundling, path, { kind, resolveDir, importer });
        if (found === undefined) return undefined;
        const judgement = judged.get(found) ?? isOfNativePackage(dirname(found));
        judged.set(found, judgement);
        return (await judgement) ? { path, external: true } : undefined;
      });
    },
  };
}

async function resolvedBy(
  bundling: PluginBuild,
  path: string,
  from: Pick<OnResolveArgs, "kind" | "resolveDir" | "importer">,
): Promise<string | undefined> {
  const { errors, external, namespace, path: found } = await bundling.resolve(path, { ...from, pluginData: bundling });
  return errors.length > 0 || external || namespace !== "file" ? undefined : found;
}

/** By the nearest `package.json` with a name. */
async function isOfNativePackage(folder: string): Promise<boolean> {
  let text: string | undefined;
  try {
    text = await readFile(join(folder, "package.json"), "utf8");
  } catch {
    if (dirname(folder) === folder) return false;
  }
  const parsed = PackageFile.safeParse(text === undefined ? undefined : jsonOf(text));
  return parsed.success ? isNative(parsed.data) : isOfNativePackage(dirname(folder));
}

function isNative({
  gypfile,
  binary,
  napi,
  dependencies: needed,
  optionalDependencies: optional,
}: z.infer<typeof PackageFile>) {
  if (gypfile === true || binary !== undefined || napi !== undefined) return true;
  return FINDERS.some((name) => name in needed) || Object.keys(optional).some((name) => OF_A_PLATFORM.test(name));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
