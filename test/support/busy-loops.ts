import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";

/** Ends with its parent, however that ends: a loop that never returns hears neither a signal nor a closing channel. */
const LOOP = `while (process.ppid === ${process.pid});`;

/** Processes that do nothing but take the processor, so many for each core, until they are disposed of. */
export class BusyLoops implements AsyncDisposable {
  readonly #children: readonly ChildProcess[];

  constructor(perCore: number) {
    const count = perCore * availableParallelism();
    this.#children = Array.from({ length: count }, () => spawn(process.execPath, ["-e", LOOP], { stdio: "ignore" }));
  }

  get count(): number {
    return this.#children.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        const ended = once(child, "exit");
        if (child.exitCode === null && child.kill("SIGKILL")) await ended;
      }),
    );
  }
}
