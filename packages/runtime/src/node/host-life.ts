import type { BlobRef } from "../contracts/blob-body.ts";
import type { ActorFailure } from "../contracts/control.ts";
import { errorBodyOf, TroupeError } from "../errors.ts";
import type { Configure, HostCommand, HostEvent, ReplicaReport } from "../host/ipc.ts";
import type { Blobs } from "../nats/blobs.ts";
import type { Broker } from "./broker.ts";
import { HeldByHost } from "./held-by-host.ts";
import { HostAsks } from "./host-asks.ts";
import type { HostProcess, StartHost } from "./host-process.ts";
import { type HostTelemetry, isTelemetry } from "./host-telemetry.ts";

/** What a host needs of its node while it lives. */
export interface LifeEvents {
  /** Its system has loaded. */
  readonly onReady: () => void;
  /** Other replicas than before are there, can start to take, or take: whoever moves them waits for it. */
  readonly onReplicas: () => void;
  /** One of its actors failed, as it says; which actors it has is for the node to know. */
  readonly onFailure: (failure: ActorFailure) => void;
  /** Bodies beside the log. */
  readonly blobs: Blobs;
  /** The node's services for its hosts. */
  readonly broker: Pick<Broker, "ask" | "hostEnded">;
  /** The server does not let a role of it in. */
  readonly onRefused: (role: string) => void;
  /** Takes what the host tells of itself: spans and figures. */
  readonly telemetry: Pick<HostTelemetry, "take" | "hostEnded">;
  /** The host waits no more for these called hops. */
  readonly onHopsEnded: (task: string, hops: readonly string[]) => void;
}

/** One host process from its start to its exit, and what its node knows of it. */
export class HostLife {
  readonly incarnation: string;
  readonly process: HostProcess;
  /** Resolves when the host has drained. */
  readonly drained: Promise<void>;
  readonly held = new HeldByHost();
  reports: readonly ReplicaReport[] = [];
  memoryBytes = 0;
  loopP99Ms = 0;
  isReady = false;
  /** How many messages it has sent. */
  words = 0;
  /** Why it cannot run, in its own words. */
  failure: string | undefined;
  readonly #hasDrained: () => void;
  readonly #events: LifeEvents;
  /** Roles that it was told to play, ever: it may ask and store for these, also while it lets go of them, and for no others. */
  readonly #roles = new Set<string>();
  readonly #asks: HostAsks;
  readonly #flushes = new Map<number, () => void>();
  #flushRequests = 0;

  /** Starts the process and says what it is. */
  constructor(startHost: StartHost, configure: Configure, events: LifeEvents) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.drained = promise;
    this.#hasDrained = resolve;
    this.#events = events;
    this.incarnation = configure.incarnation;
    const { incarnation, deployment } = configure;
    this.#asks = new HostAsks(
      events.broker,
      { incarnation, version: deployment.version, roles: this.#roles },
      (answer) => this.process.send(answer),
    );
    this.process = startHost((event) => this.#take(event));
    this.process.send(configure);
    void this.#sayWhenEnded();
  }

  async #sayWhenEnded(): Promise<void> {
    await this.process.exited;
    this.#events.broker.hostEnded(this.incarnation);
    this.#events.telemetry.hostEnded(this.incarnation);
  }

  /** Tells it what to run. */
  play(command: Extract<HostCommand, { type: "replicas" }>): void {
    for (const { role } of command.replicas) this.#roles.add(role);
    this.process.send(command);
  }

  /** Asks it to say now what it holds; resolves when it has, or has exited. */
  async flush(): Promise<void> {
    const request = ++this.#flushRequests;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushes.set(request, resolve);
    this.process.send({ type: "flush", request });
    await Promise.race([promise, this.process.exited]);
  }

  #takeReport({ replicas, memoryBytes, loopP99Ms }: Extract<HostEvent, { type: "report" }>): void {
    const hasChanged = takingOf(replicas) !== takingOf(this.reports);
    this.reports = replicas;
    this.memoryBytes = memoryBytes;
    this.loopP99Ms = loopP99Ms;
    if (hasChanged) this.#events.onReplicas();
  }

  #take(event: HostEvent): void {
    this.words++;
    if (isTelemetry(event)) return this.#events.telemetry.take(this.incarnation, this.#roles, event);
    switch (event.type) {
      case "ready":
        this.isReady = true;
        return this.#events.onReady();
      case "failed":
        this.failure = `${event.code}: ${event.message}`;
        return;
      case "report":
        return this.#takeReport(event);
      case "held":
        return this.held.apply(event.changes);
      case "flushed":
        this.#flushes.get(event.request)?.();
        this.#flushes.delete(event.request);
        return;
      case "failure":
        return this.#events.onFailure(event.failure);
      case "drained":
        return this.#hasDrained();
      case "blob":
        return void this.#fetch(event.request, event.ref);
      case "store_blob":
        return void this.#store(event.request, event.role, event.bytes);
      case "ask":
        return void this.#asks.take(event);
      case "refused":
        return this.#events.onRefused(event.role);
      case "hops_ended":
        return this.#events.onHopsEnded(event.task, event.hops);
    }
  }

  async #fetch(request: number, ref: BlobRef): Promise<void> {
    try {
      const bytes = await this.#events.blobs.get(ref);
      this.process.send({ type: "blob", request, result: { ok: true, bytes } });
    } catch (error) {
      this.process.send({ type: "blob", request, result: refusal(error) });
    }
  }

  async #store(request: number, role: string, bytes: Uint8Array): Promise<void> {
    try {
      // What a host says of itself is a claim.
      if (!this.#roles.has(role)) throw new TroupeError("unauthorized", `this host runs no role ${role}`);
      const ref = await this.#events.blobs.put(role, bytes);
      this.process.send({ type: "blob_stored", request, result: { ok: true, ref } });
    } catch (error) {
      this.process.send({ type: "blob_stored", request, result: refusal(error) });
    }
  }
}

function refusal(error: unknown) {
  const { code, message } = errorBodyOf(error, "unavailable");
  return { ok: false, code, message: message.slice(0, 8_000) } as const;
}

/** Which replicas there are, which of them could take, and which do; not whether they happen to be busy. */
const takingOf = (replicas: readonly ReplicaReport[]): string =>
  replicas
    .map(
      ({ id, generation = 0, state, isTaking }) =>
        `${id}#${generation} ${state === "busy" ? "available" : state} ${isTaking}`,
    )
    .toSorted()
    .join();
