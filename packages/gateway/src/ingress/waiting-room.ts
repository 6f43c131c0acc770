/**
 * Takes stored requests out of the ingress stream: `queue` messages become tasks, and accepted tasks that wait are started in the order
 * that admission decides, as others end.
 */
import {
  type Clock,
  DoneBody,
  doneRecord,
  errorBodyOf,
  every,
  INGRESS_DURABLES,
  type IngressDurable,
  type Logger,
  messageOf,
  type PulledMessage,
  type PullLoop,
  readTraceContext,
  type Subjects,
  type TaskId,
  TaskOrder,
  type TaskRequest,
  TroupeError,
  type WriteOncePorts,
  writeOnce,
} from "@troupe/runtime/internal";
import type { DoorTraces } from "../telemetry/door-traces.ts";
import { AdmissionQueue } from "./admission.ts";
import type { Backlog } from "./backlog.ts";
import { callerKey, queueKey } from "./idempotency-keys.ts";
import type { InFlight } from "./in-flight.ts";
import type { Ingress } from "./ingress.ts";
import { readJson } from "./read-json.ts";
import { parseTaskBody } from "./task-body.ts";

export interface WaitingRoomPorts extends WriteOncePorts {
  /** Begins to take the messages of a durable, at most so many at once. */
  readonly pull: (
    durable: IngressDurable,
    slots: number,
    run: (message: PulledMessage) => Promise<void>,
  ) => Pick<PullLoop, "stop">;
  readonly subjects: Subjects;
  readonly ingress: Ingress;
  readonly inFlight: Pick<InFlight, "keepPlace">;
  readonly backlog: Backlog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly traces: Pick<DoorTraces, "message">;
  /** Tenant of `queue` messages. */
  readonly tenant: string;
  /** An id under which a `queue` message that is no task is recorded as rejected. Throws `no_system`. */
  readonly rejectedId: () => TaskId;
}

/** Messages held of each durable. */
const SLOTS = 64;
const RETRY_MS = 1_000;
/** How soon to look again for an actor with less to do: first, and at most. */
const LOOK_FOR_ACTOR_MS = 500;
const LOOK_FOR_ACTOR_MOST_MS = 4_000;
/** Room may appear without an end that this gateway sees: another limit, another version. */
const LOOK_EVERY_MS = 500;

interface Waiting {
  readonly order: TaskOrder;
  readonly message: PulledMessage;
  readonly settled: () => void;
}

export class WaitingRoom {
  readonly #ports: WaitingRoomPorts;
  readonly #queue = new AdmissionQueue<Waiting>();
  readonly #stopped = new AbortController();
  #loops: readonly Pick<PullLoop, "stop">[] = [];

  constructor(ports: WaitingRoomPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#loops = INGRESS_DURABLES.map((durable) =>
      this.#ports.pull(durable, SLOTS, (message) => this.#take(durable, message)),
    );
    void every(LOOK_EVERY_MS, this.#ports, this.#stopped.signal, "look for room", () => this.pump());
  }

  /** Gives back what waits here and takes no more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    for (let waiting = this.#queue.next(); waiting; waiting = this.#queue.next()) {
      waiting.message.giveBack();
      waiting.settled();
    }
    await Promise.all(this.#loops.map((loop) => loop.stop()));
  }

  /** Starts as many as there is room for. */
  pump(): void {
    while (this.#hasRoom()) {
      const waiting = this.#queue.next();
      if (!waiting) return;
      void this.#startOne(waiting, this.#ports.inFlight.keepPlace());
    }
  }

  #hasRoom(): boolean {
    if (this.#stopped.signal.aborted || this.#queue.size === 0) return false;
    try {
      const { inFlight, inFlightLimit } = this.#ports.ingress.pressure();
      return inFlight < inFlightLimit;
    } catch (error) {
      if (TroupeError.is(error, "no_system")) return false;
      throw error;
    }
  }

  async #startOne({ order, message, settled }: Waiting, givePlaceUp: () => void): Promise<void> {
    try {
      if (await this.#ports.ingress.startWaiting(order)) message.ack();
      else this.#defer(order, message);
    } catch (error) {
      this.#ports.logger.warn({ task: order.task, reason: messageOf(error) }, "task not started yet");
      message.giveBack(RETRY_MS);
    } finally {
      givePlaceUp();
      this.#ports.backlog.left();
      settled();
    }
  }

  /** Does not hold a slot meanwhile, so that whoever asks for less is not held up. */
  #defer({ task }: TaskOrder, message: PulledMessage): void {
    const waitMs = Math.min(LOOK_FOR_ACTOR_MOST_MS, LOOK_FOR_ACTOR_MS * message.deliveries);
    this.#ports.backlog.defer(task, waitMs);
    message.giveBack(waitMs);
  }

  #take(durable: IngressDurable, message: PulledMessage): Promise<void> {
    if (durable === "queue") return this.#takeQueued(message);
    this.#ports.backlog.taken(durable, message.pending);
    const order = TaskOrder.safeParse(readJson(message.body));
    if (!order.success) {
      this.#ports.logger.error({ subject: message.subject }, "a waiting task does not parse and is dropped");
      this.#ports.backlog.left();
      message.ack();
      return Promise.resolve();
    }
    this.#ports.backlog.returned(order.data.task);
    return new Promise((settled) => {
      this.#queue.add(order.data.priority, order.data.tenant, { order: order.data, message, settled });
      this.pump();
    });
  }

  /** A `queue` message: submitted like any other, with its place in the stream (or its `Nats-Msg-Id`) as the key. */
  async #takeQueued(message: PulledMessage): Promise<void> {
    const { ingress, subjects, tenant, traces } = this.#ports;
    try {
      const role = subjects.parseTasks(message.subject) ?? "";
      const request = this.#requestOf(message);
      const id = message.headers?.get("Nats-Msg-Id");
      const key = id ? callerKey(tenant, id) : queueKey(message.streamSequence);
      const given = readTraceContext((name) => message.headers?.last(name) || undefined);
      const template = subjects.tasks("{role}", "queue");
      await traces.message({ template, given }, (trace) => ingress.submit({ role, request, tenant, key, trace }));
      message.ack();
    } catch (error) {
      await this.#notSubmitted(message, error);
    }
  }

  #requestOf(message: PulledMessage): TaskRequest {
    return parseTaskBody(message.body, message.headers?.get("Content-Type"));
  }

  async #notSubmitted(message: PulledMessage, error: unknown): Promise<void> {
    const { logger, subjects, rejectedId } = this.#ports;
    if (TroupeError.is(error) && error.kind === "terminal") {
      // Nobody waits for an answer: the rejection is recorded as a task, so that it shows up in lists.
      const task = rejectedId();
      const body = DoneBody.parse({ status: "rejected", by: "client", error: errorBodyOf(error) });
      await writeOnce(this.#ports, doneRecord(subjects, task, body, this.#ports.tenant));
      logger.warn(
        { subject: message.subject, task, code: error.code, reason: error.message },
        "queue message rejected",
      );
      message.ack();
      return;
    }
    const told = TroupeError.is(error) ? error.details["retry_after_ms"] : undefined;
    logger.info({ subject: message.subject, reason: messageOf(error) }, "queue message not taken yet");
    message.giveBack(typeof told === "number" ? told : RETRY_MS);
  }
}
