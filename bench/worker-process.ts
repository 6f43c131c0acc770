import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { FromWorker, type ToWorker, type Usage } from "./messages.ts";

/** A child process of the benchmark. It ends by itself when its parent does. */
export class WorkerProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #waiting: { done(message: FromWorker): boolean; fail(error: Error): void }[] = [];

  /** `program` = a module of ours, or a child that has been started with a channel and says the same over it. */
  constructor(name: string, program: URL | ChildProcess, execArgv: readonly string[] = []) {
    this.name = name;
    this.#child =
      program instanceof URL
        ? fork(program, [], { execArgv: [...execArgv], stdio: ["ignore", "inherit", "inherit", "ipc"] })
        : program;
    this.#child.on("message", (raw) => this.#receive(raw));
    this.#child.on("error", (error) => this.#failAll(error.message));
    this.#child.on("exit", (code, signal) => this.#failAll(`ended early (${signal ?? `code ${code}`})`));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a message and waits for one of the answering type. Throws when the worker fails, ends or is silent for `limitMs`. */
  async ask<T extends FromWorker["type"]>(
    message: ToWorker,
    answer: T,
    limitMs = 60_000,
  ): Promise<Extract<FromWorker, { type: T }>> {
    const answered = this.next(answer, limitMs);
    this.#child.send(message);
    return answered;
  }

  /** The next message of a type; messages of other types are left to whoever waits for those. */
  async next<T extends FromWorker["type"]>(type: T, limitMs: number): Promise<Extract<FromWorker, { type: T }>> {
    const isOfType = (message: FromWorker): message is Extract<FromWorker, { type: T }> => message.type === type;
    const { promise, resolve, reject } = Promise.withResolvers<Extract<FromWorker, { type: T }>>();
    const done = (message: FromWorker) => {
      const fits = isOfType(message);
      if (fits) resolve(message);
      return fits;
    };
    this.#waiting.push({ done, fail: reject });
    const timer = setTimeout(() => reject(new Error(`${this.name}: no "${type}" within ${limitMs} ms`)), limitMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async usage(): Promise<Usage> {
    return (await this.ask({ type: "usage" }, "used")).usage;
  }

  /** Ends the process: in good order within 3 s, else by force. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    if (this.#child.connected) this.#child.send({ type: "leave" } satisfies ToWorker);
    const force = setTimeout(() => this.#child.kill("SIGKILL"), 3_000);
    await exited;
    clearTimeout(force);
  }

  #receive(raw: unknown): void {
    const message = FromWorker.safeParse(raw);
    if (!message.success) return this.#failAll(`sent what cannot be read: ${message.error.message}`);
    if (message.data.type === "failed") return this.#failAll(message.data.message);
    const index = this.#waiting.findIndex((waiting) => waiting.done(message.data));
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  #failAll(reason: string): void {
    for (const waiting of this.#waiting.splice(0)) waiting.fail(new Error(`${this.name}: ${reason}`));
  }
}
