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
        : failed(`Node ${version} is too old`, `install Node ${MINIMUM_NODE} or newer`),
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
  if (freeBytes < NO_DISK_BYTES) return failed(text, "free some space: without it the store stops taking records");
  if (freeBytes < LOW_DISK_BYTES) return warning(text, "free some space, or put the store elsewhere");
  return ok(text);
}

const CLOCK_WARNING_MS = 2_000;
const CLOCK_FAILURE_MS = 60_000;

/** Judges the difference between this machine's clock and the server's; deadlines of people cross machines. */
export function judgeClock(differenceMs: number): Finding {
  const text = `this clock and the server's differ by ${Math.round(Math.abs(differenceMs))} ms`;
  const remedy = "synchronise the clocks (chrony, systemd-timesyncd)";
  if (Math.abs(differenceMs) > CLOCK_FAILURE_MS) return failed(text, remedy);
  return Math.abs(differenceMs) > CLOCK_WARNING_MS ? warning(text, remedy) : ok(text);
}
