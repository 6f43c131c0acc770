import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Oldest server whose JetStream features Troupe relies on. */
export const MINIMUM_SERVER_VERSION = "2.14.4";

/** Version of a nats-server binary, or `undefined` when the file is none that runs. */
export async function serverVersion(file: string): Promise<string | undefined> {
  try {
    await access(file, constants.X_OK);
    const { stdout } = await run(file, ["--version"], { timeout: 10_000 });
    return /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined; // whatever keeps it from running, it is no server for us
  }
}

/** Whether a version is the minimum or newer. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [given, least] = [version.split(".").map(Number), minimum.split(".").map(Number)];
  for (let i = 0; i < 3; i++) {
    const difference = (given[i] ?? 0) - (least[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

export const isRecentEnough = (version: string | undefined): boolean =>
  version !== undefined && isAtLeast(version, MINIMUM_SERVER_VERSION);
