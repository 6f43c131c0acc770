import { realpath } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "../version.ts";

const PACKAGES = ["agents", "cli", "gateway", "runtime", "supervisor"] as const;

/**
 * Where a new project gets the packages from: the registry, or, when this command runs from a clone, the clone itself.
 */
export async function packageSources(): Promise<Readonly<Record<string, string>>> {
  const own = dirname(await realpath(fileURLToPath(import.meta.resolve("@troupe/cli/package.json"))));
  const isClone = !own.split(sep).includes("node_modules");
  if (!isClone) return { "@troupe/agents": VERSION, "@troupe/cli": VERSION, "@troupe/runtime": VERSION };
  return Object.fromEntries(PACKAGES.map((name) => [`@troupe/${name}`, `file:${join(dirname(own), name)}`]));
}
