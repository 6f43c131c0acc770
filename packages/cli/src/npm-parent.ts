import { readFileSync } from "node:fs";

const CHECK_MS = 500;

/**
 * npm passes signals on to what it runs, except the one that nobody can catch. Calls `gone` when the npm that started this process was
 * killed: it, or the shell between the two, has another parent then. Does nothing for a process that npm did not start.
 */
export function whenNpmIsGone(gone: () => void): void {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const atStart = ancestors();
  const timer = setInterval(() => {
    if (ancestors() === atStart) return;
    clearInterval(timer);
    gone();
  }, CHECK_MS);
  timer.unref();
}

const ancestors = (): string => `${process.ppid} ${parentOf(process.ppid)}`;

/** Parent of another process, where the system tells it by a file; elsewhere always the same answer. */
function parentOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name stands in brackets and may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? "";
  } catch {
    return "";
  }
}
