/**
 * nats-server remembers that it could not write a stream, and refuses everything for it until it is started again, also when the disk has
 * long had room again (2.15.1). It tells its log alone.
 */
import { statfs } from "node:fs/promises";
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../telemetry/logger.ts";
import { LogFollower } from "./log-follower.ts";

export interface StoreFailuresOptions {
  /** The server's log. */
  readonly logFile: string;
  readonly storeDir: string;
  /** Of the server that runs now. */
  readonly pid: () => number;
  /** Starts the server again. */
  readonly restart: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const LOOK_MS = 500;
/** With less, what is restarted would fail again at once. */
const ROOM_BYTES = 64 * 1_024 * 1_024;

const FAILURE = /^\[(\d+)\] \S+ \S+ \[ERR\] JetStream stream '[^']* > ([^']+)' critical write error: (.*)$/;

/** The stream that a line of the log says cannot be written, by which process, and why; `undefined` for every other line. */
export function storeFailureIn(line: string): { pid: number; stream: string; reason: string } | undefined {
  const [, pid, stream, reason] = FAILURE.exec(line) ?? [];
  return pid === undefined || stream === undefined ? undefined : { pid: Number(pid), stream, reason: reason ?? "" };
}

/** Has the server started again once it cannot write a stream and the disk has room (64 MiB). Until the signal aborts. */
export async function mendStoreFailures(options: StoreFailuresOptions): Promise<void> {
  const { logFile, storeDir, clock, logger, signal } = options;
  const follower = new LogFollower(logFile);
  let failedPid: number | undefined;
  while (!signal.aborted) {
    try {
      await follower.read((line) => {
        const failure = storeFailureIn(line);
        if (failure?.pid !== options.pid()) return;
        if (failedPid !== failure.pid)
          logger.error(failure, "nats-server cannot write; it is started again when there is room");
        failedPid = failure.pid;
      });
      if (failedPid === options.pid() && (await freeBytes(storeDir)) >= ROOM_BYTES) await options.restart();
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, "the state of the store could not be looked at; trying again");
    }
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
  await follower.close();
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
