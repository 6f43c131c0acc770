import { fileURLToPath } from "node:url";
import { PartProcess } from "../../test/support/part-process.ts";
import { type Stack, until } from "../../test/support/stack.ts";

const MAIN = fileURLToPath(import.meta.resolve("@troupe/supervisor/main"));
const IDS = ["s1", "s2", "s3"] as const;
/** Longest wait for a leader, ms. */
const LIMIT_MS = 30_000;

/** Three supervisors of a stack, in place of its own. */
export class Supervisors implements AsyncDisposable {
  readonly #stack: Stack;
  readonly #flags: readonly string[];
  readonly #processes = new Map<string, PartProcess>();

  private constructor(stack: Stack, flags: readonly string[]) {
    this.#stack = stack;
    this.#flags = flags;
  }

  static async open(stack: Stack, flags: readonly string[]): Promise<Supervisors> {
    const supervisors = new Supervisors(stack, flags);
    await supervisors.start();
    return supervisors;
  }

  /** Starts those that do not run; resolves when one leads and the others stand by. */
  async start(): Promise<void> {
    for (const id of IDS) if (!this.#processes.get(id)?.isRunning) this.#start(id);
    await until("a leader and its standbys", LIMIT_MS, async () => {
      const leader = await this.leader();
      const isReady = (id: string) => id === leader || /stands by|leads/.test(this.#processes.get(id)?.log ?? "");
      return leader !== undefined && IDS.every(isReady);
    });
  }

  /** Who answers as the leader; `undefined` when nobody does. */
  async leader(): Promise<string | undefined> {
    try {
      const health = this.#stack.subjects.supervisor("health");
      const answer = await this.#stack.client.nc.request(health, "", { timeout: 200 });
      return answer.json<{ supervisor: { id: string } }>().supervisor.id;
    } catch {
      return undefined; // nobody there, or not yet
    }
  }

  /** kill -9 of one of them. */
  async kill(id: string): Promise<void> {
    await this.#processes.get(id)?.killGroup();
  }

  /** Sends a signal to one of them. */
  signal(id: string, signal: NodeJS.Signals): void {
    this.#processes.get(id)?.signal(signal);
  }

  /** Whether one of them has lately said something. */
  hasSaid(id: string, text: string): boolean {
    return this.#processes.get(id)?.log.includes(text) ?? false;
  }

  /** What each of them last said, for a failed test's message. */
  logs(): string {
    return [...this.#processes].map(([id, part]) => `--- ${id}\n${part.log}`).join("\n");
  }

  /** kill -9 of all of them. */
  async killAll(): Promise<void> {
    await Promise.all([...this.#processes.values()].filter((part) => part.isRunning).map((part) => part.killGroup()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes.values()].map((part) => part.stop()));
  }

  #start(id: string): void {
    const { server, subjects } = this.#stack;
    const reach = ["--nats", server.url, "--system", subjects.system, "--seed", server.seedOf("supervisor")];
    const part = new PartProcess(id, [...reach, "--id", id, ...this.#flags], { main: MAIN });
    this.#processes.set(id, part);
    part.start();
  }
}
