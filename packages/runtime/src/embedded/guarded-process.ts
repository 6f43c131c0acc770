/**
 * Runs a server that ends with this process, however this process ends: also by SIGKILL. A shell between the two reads a pipe that only
 * we hold; when we are gone it reads the end and stops the server. It runs in a session of its own, so that Ctrl-C in a terminal reaches
 * the server only through us, after its clients.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { kill } from "node:process";
import { createInterface } from "node:readline";
import { TroupeError } from "../errors.ts";

/**
 * $1 = folder to remove when we are gone or ask for the end, or empty; $2 = file for what the command prints; the rest is the command. Prints the command's process id. A server
 * that ends by itself keeps its folder, since it is started again. What it writes (its log, its store) is for its owner only.
 */
const GUARD = `
umask 077
throwaway=$1; output=$2; shift 2
exec 3<&0
"$@" 3<&- </dev/null >>"$output" 2>&1 &
server=$!
echo $server
( read -r _ <&3; [ -n "$throwaway" ] && : > "$throwaway/ended"; kill -TERM $server 2>/dev/null ) >/dev/null 2>&1 &
guard=$!
exec 3<&-
trap '' TERM INT HUP
wait $server
status=$?
kill $guard 2>/dev/null
[ -n "$throwaway" ] && [ -e "$throwaway/ended" ] && rm -rf "$throwaway"
exit $status
`;

/** A server that has not stopped by then is killed, ms. */
const STOP_MS = 5_000;

export interface GuardedProcess {
  /** Of the server itself, not of its guard. */
  readonly pid: number;
  /** Resolves with the exit status of the server (128 + signal when it was killed). */
  readonly exited: Promise<number>;
  /** Asks it to stop and waits until it is gone, and what is thrown away with it. */
  stop(): Promise<void>;
  /** The same for the process alone: it is to be started again. */
  end(): Promise<void>;
}

export interface GuardedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** File that what it prints is appended to. */
  readonly outputFile: string;
  /** Folder that is removed when it was asked to stop, or lost us. */
  readonly throwaway?: string | undefined;
}

/** Starts a command. */
export async function startGuarded(guarded: GuardedCommand): Promise<GuardedProcess> {
  const { command, args, outputFile, throwaway = "" } = guarded;
  const child = spawn("sh", ["-c", GUARD, "troupe-guard", throwaway, outputFile, command, ...args], {
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
  });
  const exited = once(child, "exit").then(([code]) => (typeof code === "number" ? code : 1));
  child.stdin.on("error", () => undefined); // the guard is gone; its exit says so
  const pid = await firstLine(child);
  const gone = async () => {
    const patience = setTimeout(() => signal(pid, "SIGKILL"), STOP_MS);
    await exited;
    clearTimeout(patience);
  };
  return {
    pid,
    exited,
    stop: () => {
      child.stdin.end();
      return gone();
    },
    end: () => {
      // Once it is gone, its number may be another's.
      if (child.exitCode === null) signal(pid, "SIGTERM");
      return gone();
    },
  };
}

function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    kill(pid, name);
  } catch (error) {
    // Gone in this very moment is what was wanted.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function firstLine(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new TroupeError("invariant_violated", "the guard has no output");
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, "line").then(([text]) => String(text)),
    once(child, "exit").then(() => ""),
    once(child, "error").then(([error]) => {
      throw error instanceof Error ? error : new Error(String(error));
    }),
  ]);
  lines.close();
  const pid = Number(line);
  if (!Number.isSafeInteger(pid) || pid < 2) throw new TroupeError("unavailable", "the server's guard did not start");
  return pid;
}
