/** Unit tests of a package in one process: nearly all that a file of them takes alone is loading what it tests. */
import { existsSync, globSync, readdirSync } from "node:fs";
import { describe } from "node:test";

const ROOT = new URL("../../", import.meta.url);

/** Has every test file of a package run in this process, one after the other, each as a suite of its own. Throws when one would be forgotten. */
export function unitTestsOf(name: string): void {
  for (const known of readdirSync(new URL("packages/", ROOT)))
    if (!existsSync(new URL(`test/by-package/${known}.test.ts`, ROOT)))
      throw new Error(`nobody runs the unit tests of packages/${known}: test/by-package/${known}.test.ts is missing`);
  const files = globSync(`packages/${name}/src/**/*.test.ts`, { cwd: ROOT }).toSorted();
  if (files.length === 0) throw new Error(`packages/${name} has no unit tests`);
  for (const file of files) describe(file, () => import(new URL(file, ROOT).href));
}
