/** Runs the command line as its users do: as a process, in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const TROUPE_BIN: string = fileURLToPath(new URL("../../packages/cli/bin/troupe.js", import.meta.url));
const MARK = "TROUPE_TEST_MARK";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `troupe`. Its processes, and theirs, bear a mark by which they are found. */
export class TroupeProcess {
  readonly child: ChildProcess;
  readonly #mark: string;
  #stdout = "";
  #stderr = "";
  readonly #ended: Promise<Ended>;

  constructor(
    args: readonly string[],
    cwd: string,
    command: readonly string[] = [process.execPath, TROUPE_BIN],
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    this.#mark = randomUUID();
    const [program = "", ...before] = command;
    const env: NodeJS.ProcessEnv = { ...environment, [MARK]: this.#mark, NO_COLOR: "1" };
    for (const name of ["NATS_URL", "TROUPE_NATS_URL", "TROUPE_KEYS_FILE", "NODE_TEST_CONTEXT"]) delete env[name];
    this.child = spawn(program, [...before, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout?.on("data", (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.child.stderr?.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.#ended = once(this.child, "close").then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  get output(): string {
    return this.#stdout + this.#stderr;
  }

  /** Resolves when the output matches. Fails with the whole output when it does not in time, or when the process ends first. */
  async shows(pattern: RegExp, limitMs = 180_000): Promise<RegExpExecArray> {
    const found = await eventually(`output ${String(pattern)}`, limitMs, () => {
      const match = pattern.exec(this.output);
      if (!match && this.child.exitCode !== null) throw new Error(`ended with ${this.child.exitCode}:\n${this.output}`);
      return match ?? undefined;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.output}`);
    });
    return found;
  }

  /** Resolves when it has ended by itself; kills everything and fails when it does not in time. */
  async ends(limitMs = 180_000): Promise<Ended> {
    const limit = new AbortController();
    const late = delay(limitMs, undefined, { signal: limit.signal }).then(async () => {
      await this.killAll();
      throw new Error(`did not end within ${limitMs} ms:\n${this.output}`);
    });
    try {
      return await Promise.race([this.#ended, late]);
    } finally {
      limit.abort();
      late.catch(() => undefined);
    }
  }

  /** Ids of all living processes that descend from it. */
  async processes(): Promise<number[]> {
    return markedProcesses(`${MARK}=${this.#mark}`);
  }

  /** Resolves when none of its processes is left. */
  async leavesNothing(limitMs = 15_000): Promise<void> {
    await eventually("no process left", limitMs, async () => {
      const left = await this.processes();
      return left.length === 0 ? true : undefined;
    }).catch(async (error: unknown) => {
      const left = await Promise.all((await this.processes()).map(commandOf));
      await this.killAll();
      throw new Error(`${String(error)}: ${left.join(" | ")}`);
    });
  }

  /** For the end of a test, whatever happened in it. */
  async killAll(): Promise<void> {
    for (const pid of await this.processes()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself meanwhile.
      }
    }
  }
}

/** Asks again until there is an answer. */
export async function eventually<T>(
  what: string,
  limitMs: number,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await delay(25);
  }
}

/** Processes that have the text in their environment. */
async function markedProcesses(text: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const marked = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      return environment.split("\0").includes(text) ? [pid] : [];
    }),
  );
  return marked.flat();
}

const commandOf = async (pid: number): Promise<string> =>
  `${pid} ${(await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ").slice(0, 200)}`;
