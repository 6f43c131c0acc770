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
import { KeptOrders } from "./kept-orders.ts";
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
const KEPT = { tenantBytes: 4 * 1024 * 1024, bytes: 16 * 1024 * 1024 };
/** Of tasks that started before they were delivered so many are remembered; one that is forgotten is asked for in the log. */
const MOST_AHEAD = 20_000;
const RETRY_MS = 1_000;
/** How soon to look again for an actor with less to do: first, and at most. */
const LOOK_FOR_ACTOR_MS = 500;
const LOOK_FOR_ACTOR_MOST_MS = 4_000;
/** Room may appear without an end that this gateway sees: another limit, another version. */
const LOOK_EVERY_MS = 500;

interface Delivered {
  readonly message: PulledMessage;
  readonly settled: () => void;
}

/** A task that waits here for its turn. */
interface Waiting {
  readonly order: TaskOrder;
  /** Counted as kept; 0 for one that was only delivered. */
  readonly bytes: number;
  /** None while it is known only because this gateway stored it; several when a repeated submission stored it again. */
  readonly deliveries: Delivered[];
}

/**
 * Deliveries come in the order in which tasks were accepted, so many at a time: behind one tenant's flood nobody else's would be seen for long.
 * Therefore a gateway also keeps in memory, within limits, what it stored itself, and what it keeps takes part in the tenants' turns at once. The
 * stream is what counts: what is kept is gone with the process, and is then delivered, in order, to whoever is left.
 */
export class WaitingRoom {
  readonly #ports: WaitingRoomPorts;
  readonly #queue = new AdmissionQueue<Waiting>();
  /** In the queue, or about to start. */
  readonly #waiting = new Map<TaskId, Waiting>();
  readonly #kept = new KeptOrders(KEPT);
  /** Started before they were delivered, the oldest first. */
  readonly #ahead = new Set<TaskId>();
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
      for (const { message, settled } of waiting.deliveries) {
        message.giveBack();
        settled();
      }
    }
    await Promise.all(this.#loops.map((loop) => loop.stop()));
  }

  /** This gateway has stored a task that waits, as so many bytes. */
  stored(order: TaskOrder, bytes: number): void {
    if (this.#stopped.signal.aborted || this.#waiting.has(order.task)) return;
    if (!this.#kept.keep(order.tenant, bytes)) return;
    this.#enter({ order, bytes, deliveries: [] });
    this.pump();
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

  async #startOne(waiting: Waiting, givePlaceUp: () => void): Promise<void> {
    const { task } = waiting.order;
    try {
      const isSettled = await this.#ports.ingress.startWaiting(waiting.order);
      if (!isSettled) this.#defer(waiting);
      else if (waiting.deliveries.length === 0) this.#startedAhead(task);
      else for (const { message } of waiting.deliveries) message.ack();
    } catch (error) {
      this.#ports.logger.warn({ task, reason: messageOf(error) }, "task not started yet");
      for (const { message } of waiting.deliveries) message.giveBack(RETRY_MS);
    } finally {
      givePlaceUp();
      this.#leave(waiting);
    }
  }

  #startedAhead(task: TaskId): void {
    this.#ahead.add(task);
    if (this.#ahead.size <= MOST_AHEAD) return;
    const [oldest] = this.#ahead;
    if (oldest !== undefined) this.#ahead.delete(oldest);
  }

  /** Does not hold a slot meanwhile, so that whoever asks for less is not held up. One that was not delivered yet will be. */
  #defer({ order: { task }, deliveries }: Waiting): void {
    for (const { message } of deliveries) {
      const waitMs = Math.min(LOOK_FOR_ACTOR_MOST_MS, LOOK_FOR_ACTOR_MS * message.deliveries);
      this.#ports.backlog.defer(task, waitMs);
      message.giveBack(waitMs);
    }
  }

  #enter(waiting: Waiting): void {
    const { order } = waiting;
    this.#waiting.set(order.task, waiting);
    this.#queue.add(order.priority, order.tenant, waiting);
  }

  #leave({ order, bytes, deliveries }: Waiting): void {
    this.#waiting.delete(order.task);
    this.#kept.leave(order.tenant, bytes);
    for (const delivered of deliveries) this.#settle(delivered);
  }

  #settle({ settled }: Delivered): void {
    this.#ports.backlog.left();
    settled();
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
    return new Promise((settled) => this.#delivered(order.data, { message, settled }));
  }

  #delivered(order: TaskOrder, delivered: Delivered): void {
    const known = this.#waiting.get(order.task);
    if (this.#ahead.delete(order.task)) {
      delivered.message.ack();
      this.#settle(delivered);
    } else if (known) {
      known.deliveries.push(delivered);
    } else {
      this.#kept.enter(order.tenant, 0);
      this.#enter({ order, bytes: 0, deliveries: [delivered] });
      this.pump();
    }
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
