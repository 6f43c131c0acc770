import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(import.meta.resolve("@troupe/cli/main"));
const KEPT_LINES = 200;

export interface PartOptions {
  /** The module to run; default the CLI. */
  readonly main?: string | undefined;
  /** Is given everything that the part writes. */
  readonly hear?: (text: string) => void;
  /** Environment besides that of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * A part of a system as a process of its own, in a process group of its own: `troupe <args>`. It ends with the test process, however that
 * ends, since it has a channel to it.
 */
export class PartProcess {
  readonly name: string;
  readonly #args: readonly string[];
  readonly #main: string;
  readonly #hear: (text: string) => void;
  readonly #env: Readonly<Record<string, string>>;
  readonly #lines: string[] = [];
  #child: ChildProcess | undefined;
  #isWanted = false;

  constructor(name: string, args: readonly string[], { main = MAIN, hear, env = {} }: PartOptions = {}) {
    this.name = name;
    this.#args = args;
    this.#main = main;
    this.#hear = hear ?? (() => undefined);
    this.#env = env;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.name} is not running`);
    return pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** It was started, nobody told it to end, and it has ended. */
  get hasFallen(): boolean {
    return this.#isWanted && !this.isRunning;
  }

  /** The last lines that it wrote, for a failed test's message. */
  get log(): string {
    return this.#lines.join("\n");
  }

  start(): void {
    if (this.isRunning) throw new Error(`${this.name} is running`);
    this.#isWanted = true;
    const child = fork(this.#main, this.#args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, ...this.#env },
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => this.#keep(text));
    this.#child = child;
  }

  /** Resolves with the part's exit code, or the signal that ended it. */
  async ended(): Promise<number | string | null> {
    const child = this.#child;
    if (child && this.isRunning) await once(child, "exit");
    return child?.exitCode ?? child?.signalCode ?? null;
  }

  /** Sends a signal to the part alone. */
  signal(signal: NodeJS.Signals): void {
    if (signal === "SIGTERM" || signal === "SIGKILL") this.#isWanted = false;
    this.#child?.kill(signal);
  }

  /** kill -9 of the whole process group: the part and everything that it started. */
  async killGroup(): Promise<void> {
    this.#isWanted = false;
    const ended = this.ended();
    process.kill(-this.pid, "SIGKILL");
    await ended;
  }

  /** Asks it to end, and ends its group by force after the limit; what the part leaves behind of its group ends with it. */
  async stop(limitMs = 5_000): Promise<void> {
    this.#isWanted = false;
    if (!this.isRunning) return;
    const { pid } = this;
    const ended = this.ended();
    this.signal("SIGTERM");
    const force = setTimeout(() => process.kill(-pid, "SIGKILL"), limitMs);
    await ended;
    clearTimeout(force);
    endGroup(pid);
  }

  #keep(text: string): void {
    this.#hear(text);
    this.#lines.push(...text.trimEnd().split("\n"));
    this.#lines.splice(0, Math.max(0, this.#lines.length - KEPT_LINES));
  }
}

/** Ends whoever is left of a process group: they would hold the pipes of a part that is gone, and so keep us from ending. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
