import { statfs } from "node:fs/promises";
import { type Check, type Finding, failed, ok, warning } from "./check.ts";

const MINIMUM_NODE = 24;
const LOW_DISK_BYTES = 2 * 1024 ** 3;
const NO_DISK_BYTES = 200 * 1024 ** 2;

/** `v26.10.0` is new enough, `v20.1.0` is not. */
export function nodeCheck(version: string): Check {
  return {
    name: "node",
    run: async () =>
      Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) >= MINIMUM_NODE
        ? ok(`Node ${version}`)
        : failed(`Node ${version} is too old`, {
            why: "older versions cannot run the sources, and lack functions that every process uses",
            remedy: `install Node ${MINIMUM_NODE} or newer`,
          }),
  };
}

/** Room where the store lies. */
export function diskCheck(folder: string): Check {
  return {
    name: "disk",
    run: async () => {
      const { bavail, bsize } = await statfs(folder);
      return judgeDisk(bavail * bsize, folder);
    },
  };
}

export function judgeDisk(freeBytes: number, folder: string): Finding {
  const text = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free at ${folder}`;
  const why = "on a full disk the store takes no records: no task is accepted, and those that run stand still";
  if (freeBytes < NO_DISK_BYTES) return failed(text, { why, remedy: "free some space now" });
  if (freeBytes < LOW_DISK_BYTES) return warning(text, { why, remedy: "free some space, or put the store elsewhere" });
  return ok(text);
}
