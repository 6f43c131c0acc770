/** Which other `troupe start` processes have given their task to the one of this folder: with `--once` it must not end under them. */
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@troupe/runtime";
import { isProcessAlive } from "../run-file.ts";

const PREFIX = "attached-";
const POLL_MS = 100;

/** Says that a process is attached. The result takes it back. */
export async function announceAttached(folder: string, pid: number): Promise<() => Promise<void>> {
  const file = join(folder, `${PREFIX}${pid}`);
  await writeFile(file, "", { mode: 0o600 });
  return () => rm(file, { force: true });
}

/** Resolves when no living process is attached; files of dead ones do not count. Rejects when the signal aborts. */
export async function untilNobodyIsAttached(
  folder: string,
  clock: Clock,
  signal: AbortSignal,
  isAlive: (pid: number) => boolean = isProcessAlive,
): Promise<void> {
  for (;;) {
    const names = await readdir(folder);
    const pids = names.filter((name) => name.startsWith(PREFIX)).map((name) => Number(name.slice(PREFIX.length)));
    if (!pids.some((pid) => Number.isSafeInteger(pid) && pid > 0 && isAlive(pid))) return;
    await clock.sleep(POLL_MS, signal);
  }
}
