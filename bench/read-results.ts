import { readdir, readFile } from "node:fs/promises";
import { BenchResult } from "./result.ts";

const FOLDER = new URL("./results/", import.meta.url);
const SUFFIX = ".json";

/** The kept results of benchmarks, by name. */
export async function readResults(): Promise<ReadonlyMap<string, BenchResult>> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith(SUFFIX));
  const results = files.map(async (file) => {
    const value: unknown = JSON.parse(await readFile(new URL(file, FOLDER), "utf8"));
    return [file.slice(0, -SUFFIX.length), BenchResult.parse(value)] as const;
  });
  return new Map(await Promise.all(results));
}
