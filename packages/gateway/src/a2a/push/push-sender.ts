/**
 * Sends the updates of tasks to where clients want them. Of all gateways one sends for a configuration, for as long as it says so in the row;
 * when it is gone another goes on from what is noted there, so each update arrives at least once.
 */
import type { StreamResponse } from "@a2a-js/sdk";
import {
  type CasBucket,
  type Clock,
  type Logger,
  messageOf,
  type Random,
  type Row,
  type TaskEvent,
  TroupeError,
} from "@troupe/runtime/internal";
import type { TaskApi } from "../../task/task-api.ts";
import { TaskUpdates } from "../task-updates.ts";
import { pushUpdate } from "./push-request.ts";
import { isFree, type PushRow } from "./push-row.ts";

export interface PushSenderPorts {
  readonly bucket: CasBucket<PushRow>;
  readonly api: Pick<TaskApi, "watch" | "find" | "withResult" | "systemOf">;
  readonly send: typeof fetch;
  /** Names this gateway. */
  readonly id: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** How long a sender that says nothing is one; default 30,000. */
  readonly leaseMs?: number | undefined;
}

const LEASE_MS = 30_000;
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

type Pushed = "taken" | "never" | "stopped";

interface Delivery {
  readonly stopping: AbortController;
  /** The row as this gateway wrote it last. */
  row: Row<PushRow>;
  sent: number;
  readonly done: Promise<void>;
}

export class PushSender {
  readonly #ports: PushSenderPorts;
  readonly #leaseMs: number;
  readonly #known = new Map<string, Row<PushRow>>();
  readonly #deliveries = new Map<string, Delivery>();
  readonly #claiming = new Set<string>();
  #stopWatch: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(ports: PushSenderPorts) {
    this.#ports = ports;
    this.#leaseMs = ports.leaseMs ?? LEASE_MS;
  }

  start(): void {
    const watch = this.#ports.bucket.watch({ onChange: (key, row) => this.#changed(key, row) });
    this.#stopWatch = () => watch.close();
    this.#timer = setInterval(() => void this.#look(), this.#leaseMs / 3);
    this.#timer.unref();
  }

  /** Ends what is under way and gives it back, so that another gateway goes on at once. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#stopWatch();
    for (const { stopping } of this.#deliveries.values()) stopping.abort();
    await Promise.all([...this.#deliveries.values()].map(({ done }) => done));
  }

  #changed(key: string, row: Row<PushRow> | undefined): void {
    if (row) this.#known.set(key, row);
    else {
      this.#known.delete(key);
      this.#deliveries.get(key)?.stopping.abort();
    }
    void this.#consider(key);
  }

  async #look(): Promise<void> {
    for (const key of this.#known.keys()) await this.#consider(key);
    for (const [key, delivery] of this.#deliveries) await this.#note(key, delivery, this.#ports.id);
  }

  async #consider(key: string): Promise<void> {
    const row = this.#known.get(key);
    const nowMs = this.#ports.clock.nowMs();
    if (this.#isStopped || !row || this.#deliveries.has(key) || this.#claiming.has(key) || !isFree(row.value, nowMs)) {
      return;
    }
    this.#claiming.add(key);
    try {
      const mine = { ...row.value, sender: this.#ports.id, untilMs: nowMs + this.#leaseMs };
      this.#deliver(key, await this.#ports.bucket.update(key, mine, row.revision));
    } catch (error) {
      // Another gateway was first, or the store is away: the next look tells.
      if (!TroupeError.is(error, "conflict"))
        this.#ports.logger.debug({ key, reason: messageOf(error) }, "push not begun");
    } finally {
      this.#claiming.delete(key);
    }
  }

  #deliver(key: string, row: Row<PushRow>): void {
    const stopping = new AbortController();
    const finished = Promise.withResolvers<void>();
    const delivery: Delivery = { stopping, row, sent: row.value.sent, done: finished.promise };
    this.#deliveries.set(key, delivery);
    const run = async (): Promise<void> => {
      try {
        const isOver = await this.#run(delivery);
        if (isOver) await this.#ports.bucket.remove(key, delivery.row.revision);
        else if (this.#isStopped) await this.#note(key, delivery, undefined);
      } catch (error) {
        // What failed on the way is begun again once its time is over; a task that is gone has no updates.
        this.#ports.logger.warn({ task: row.value.task, reason: messageOf(error) }, "push notifications broke off");
      } finally {
        this.#deliveries.delete(key);
        finished.resolve();
      }
    };
    void run();
  }

  /** Says how far it has come, and who sends from now on. A row that somebody else has written since is theirs. */
  async #note(key: string, delivery: Delivery, sender: string | undefined): Promise<void> {
    const { sender: _, ...rest } = delivery.row.value;
    const untilMs = this.#ports.clock.nowMs() + this.#leaseMs;
    const value = { ...rest, sent: delivery.sent, untilMs, ...(sender === undefined ? {} : { sender }) };
    try {
      delivery.row = await this.#ports.bucket.update(key, value, delivery.row.revision);
    } catch (error) {
      if (TroupeError.is(error, "conflict")) delivery.stopping.abort();
      else this.#ports.logger.warn({ key, reason: messageOf(error) }, "push not noted");
    }
  }

  /** Follows the task to its end; true when nothing more is to be sent. */
  async #run(delivery: Delivery): Promise<boolean> {
    const { api } = this.#ports;
    const { task, caller } = delivery.row.value;
    const { signal } = delivery.stopping;
    const found = await api.find(caller, task).catch(unlessGone);
    if (!found) return true;
    // From its beginning: states that the client was told before come again, which it has to bear anyway.
    const updates = new TaskUpdates(
      { view: { ...found.view, status: "accepted" }, awaited: [], emitted: found.emitted },
      undefined,
    );
    for await (const event of api.watch(caller, task, { after: delivery.sent, signal })) {
      if (event.type === "token") continue;
      const outcome = await this.#pushAll(delivery, await this.#updatesOf(event, updates, delivery));
      if (outcome !== "taken") return outcome === "never";
      if (event.type === "done") return true;
      delivery.sent = event.id;
    }
    return false;
  }

  async #updatesOf(
    event: Exclude<TaskEvent, { type: "token" }>,
    updates: TaskUpdates,
    { row }: Delivery,
  ): Promise<readonly StreamResponse[]> {
    const { api } = this.#ports;
    if (event.type === "done") return updates.end(await api.withResult(event.task));
    const now = event.type === "wait" ? await api.find(row.value.caller, row.value.task) : undefined;
    return now && now.awaited.length > 0 ? [updates.asks(now)] : updates.feed(event);
  }

  async #pushAll(delivery: Delivery, updates: readonly StreamResponse[]): Promise<Pushed> {
    for (const update of updates) {
      const outcome = await this.#push(delivery, update);
      if (outcome !== "taken") return outcome;
    }
    return "taken";
  }

  async #push(delivery: Delivery, update: StreamResponse): Promise<Pushed> {
    const { send, clock, random, logger } = this.#ports;
    const { signal } = delivery.stopping;
    const { task, url } = delivery.row.value;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const outcome = await pushUpdate(send, delivery.row.value, update, signal).catch((error: unknown) =>
        isForbidden(error) ? ("never" as const) : ("later" as const),
      );
      if (outcome === "taken") return outcome;
      if (signal.aborted) break;
      if (outcome === "never" || attempt === ATTEMPTS) {
        logger.warn({ task, host: new URL(url).host, attempt }, "push notifications given up");
        return "never";
      }
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)) * (0.5 + random.unit() / 2);
      await clock.sleep(pauseMs, signal).catch(() => undefined);
    }
    return "stopped";
  }
}

const isForbidden = (error: unknown): boolean =>
  TroupeError.is(error, "forbidden") || (error instanceof Error && TroupeError.is(error.cause, "forbidden"));

function unlessGone(error: unknown): undefined {
  if (!TroupeError.is(error, "unknown_task")) throw error;
}
