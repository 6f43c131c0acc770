import {
  createJetStreamLog,
  createPublisher,
  type EmbeddedServer,
  type Link,
  newTaskId,
  PLACE_OF_USER,
  Subjects,
  startRecord,
  systemClock,
  systemRandom,
} from "@troupe/runtime/internal";
import { until } from "../../test/support/stack.ts";
import { openServer, SYSTEM } from "../bed.ts";
import { sizeOf } from "../jetstream-api.ts";
import type { LoadResult, Usage } from "../messages.ts";
import { RELAY_VERSION } from "../relay.ts";
import { createRelayStream, relayHopKeys } from "../relay-stream.ts";
import { usageOf } from "../server-usage.ts";
import { WorkerProcess } from "../worker-process.ts";

const ROLE = "a";
const AT_ONCE = 256;
const LIMIT_MS = 600_000;
/** The start record and the wait. */
const RECORDS_OF_A_WAIT = 2;

/** A server, a host's seat of one role in a process of its own, and a client in another. */
export class OneRoleBed implements AsyncDisposable {
  readonly #server: EmbeddedServer;
  readonly #link: Link;
  readonly #subjects = new Subjects(SYSTEM);
  readonly #host: WorkerProcess;
  readonly #client: WorkerProcess;
  readonly #opened: AsyncDisposableStack;

  private constructor(opened: AsyncDisposableStack, server: EmbeddedServer, link: Link) {
    this.#opened = opened;
    this.#server = server;
    this.#link = link;
    this.#host = new WorkerProcess("host", new URL("../worker/one-role.ts", import.meta.url), ["--expose-gc"]);
    this.#client = new WorkerProcess("client", new URL("../worker/load.ts", import.meta.url));
    for (const worker of [this.#host, this.#client]) opened.defer(() => worker.stop());
  }

  static async open(): Promise<OneRoleBed> {
    const opened = new AsyncDisposableStack();
    try {
      const { server, link } = await openServer(opened);
      const bed = new OneRoleBed(opened, server, link);
      await bed.#join();
      return bed;
    } catch (error) {
      await opened.disposeAsync();
      throw error;
    }
  }

  /** So many replicas from now on, each with so many messages at once. */
  async resize(replicas: number, concurrency: number): Promise<void> {
    await this.#host.ask({ type: "resize", replicas, concurrency }, "resized", LIMIT_MS);
  }

  /** Of the host, after a full collection. */
  async hostHeapBytes(): Promise<number> {
    const { heapBytes } = await this.#host.usage();
    if (heapBytes === undefined) throw new Error("the host does not tell its heap");
    return heapBytes;
  }

  hostUsage(): Promise<Usage> {
    return this.#host.usage();
  }

  serverUsage(): Promise<Usage | undefined> {
    return usageOf(this.#server.pid);
  }

  async load(inFlight: number, measureMs: number): Promise<LoadResult> {
    const load = { inFlight, warmUpMs: 1_000, measureMs, step: false };
    return (await this.#client.ask({ type: "load", load }, "measured", measureMs + 60_000)).result;
  }

  /** Starts tasks that wait for a signal; resolves when all of them wait. */
  async startWaiting(count: number): Promise<void> {
    const stream = this.#subjects.logStream(0);
    const { messages: before } = await sizeOf(this.#link, stream);
    const publisher = createPublisher(this.#link, { timeoutMs: 30_000 });
    const log = createJetStreamLog({ link: this.#link, publisher, subjects: this.#subjects });
    let started = 0;
    const start = async () => {
      while (started++ < count) {
        const outcome = await log.append(this.#waitingTask());
        if (outcome.kind !== "stored") throw new Error(`not started: ${outcome.kind}`);
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, start));
    } finally {
      publisher.close();
    }
    await until(`${count} waiting hops`, LIMIT_MS, async () => {
      const { messages } = await sizeOf(this.#link, stream);
      return messages - before >= count * RECORDS_OF_A_WAIT;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }

  #waitingTask() {
    const nowMs = systemClock.nowMs();
    const task = newTaskId(0, RELAY_VERSION, systemClock, systemRandom);
    const order = { v: 1, task, mailbox: ROLE, input: { wait: true }, acceptedAtMs: nowMs, tenant: "default" } as const;
    return startRecord(this.#subjects, { ...order, priority: "normal", requires: [] }, nowMs);
  }

  async #join(): Promise<void> {
    await createRelayStream(this.#link, this.#subjects);
    const place = (user: "host" | "supervisor") => ({
      chain: "hop" as const,
      natsUrl: this.#server.url,
      seed: this.#server.seedOf(user),
      inboxPrefix: PLACE_OF_USER[user].inboxPrefix,
      system: SYSTEM,
      version: RELAY_VERSION,
      hopKeys: relayHopKeys(),
      slots: AT_ONCE,
    });
    await this.#host.ask({ type: "join", role: ROLE, settings: place("host") }, "joined");
    await this.#client.ask({ type: "join", role: "client", settings: place("supervisor") }, "joined");
  }
}
