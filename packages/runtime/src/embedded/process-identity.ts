import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * When a process started, as text to compare: a process id alone is reused, together with its start it is not. `undefined` when no such
 * process runs.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  const linux = await startOnLinux(pid);
  if (linux !== undefined) return linux === "" ? undefined : linux;
  try {
    const { stdout } = await run("ps", ["-o", "lstart=", "-p", String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    return undefined; // ps exits with 1 when there is no such process
  }
}

/** `undefined` where there is no /proc; empty when the process is gone or a zombie. */
async function startOnLinux(pid: number): Promise<string | undefined> {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => undefined);
  if (boot === undefined) return undefined;
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The command's name stands in brackets and may hold anything, so fields are counted from behind the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, ticks] = [fields[0], fields[19]];
  return ticks === undefined || state === "Z" ? "" : `${boot.trim()}/${ticks}`;
}
