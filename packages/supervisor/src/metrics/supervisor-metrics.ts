/** What a supervisor counts: as a standby, whether it leads; as the leader, the cluster, its tasks and its store. */
import {
  CLUSTER_METRICS,
  type Clock,
  type ClusterHealth,
  collectProcessMetrics,
  type Link,
  type Logger,
  type MetricFigures,
  type MetricName,
  Metrics,
  messageOf,
  PROCESS_METRICS,
  type SloReport,
  type Subjects,
  setCluster,
  type TaskId,
} from "@troupe/runtime/internal";
import { z } from "zod";
import type { Observation } from "../observer/observation.ts";
import type { TaskIndex } from "../observer/task-index.ts";

const SUPERVISOR_METRICS = [
  ...PROCESS_METRICS,
  ...CLUSTER_METRICS,
  "troupe_supervisor_is_leader",
  "troupe_heartbeats_received_total",
  "troupe_heartbeat_age_seconds",
  "troupe_control_events_total",
  "troupe_tasks_ended_total",
  "troupe_task_duration_seconds",
  "troupe_conversations_active",
  "troupe_slo_budget_left_ratio",
  "troupe_slo_burn_rate",
  "troupe_stream_bytes",
  "troupe_stream_messages",
] as const satisfies readonly MetricName[];

/** Figures that are true only while this process leads. */
const OF_LEADER = [
  ...CLUSTER_METRICS,
  "troupe_heartbeat_age_seconds",
  "troupe_conversations_active",
  "troupe_slo_budget_left_ratio",
  "troupe_slo_burn_rate",
  "troupe_stream_bytes",
  "troupe_stream_messages",
] as const;

/** One page of the server's answer; the name of a stream is the system's in capitals and its own. */
const StreamList = z.object({
  total: z.int(),
  streams: z.array(
    z.object({ config: z.object({ name: z.string() }), state: z.object({ bytes: z.number(), messages: z.number() }) }),
  ),
});
const STORE_MS = 1_000;

/** What the figures are read from during a term. */
export interface LedCluster {
  readonly health: () => ClusterHealth;
  readonly slo: () => SloReport;
  readonly index: Pick<TaskIndex, "openTasks">;
  readonly link: Link;
  readonly subjects: Subjects;
  readonly apiPrefix: string;
}

export class SupervisorMetrics {
  readonly #metrics = new Metrics(SUPERVISOR_METRICS);
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #heard = new Map<string, number>();
  readonly #began = new Map<TaskId, { readonly mailbox: string; readonly atMs: number }>();
  readonly #stop: () => void;
  #led: LedCluster | undefined;
  /** Ends before are history that the new leader reads again. */
  #sinceMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
    this.#stop = collectProcessMetrics(this.#metrics);
    this.#metrics.beforeReading(() => this.#collect());
  }

  get contentType(): string {
    return this.#metrics.contentType;
  }

  text(): Promise<string> {
    return this.#metrics.text();
  }

  figures(): Promise<MetricFigures> {
    return this.#metrics.figures();
  }

  close(): void {
    this.#stop();
  }

  /** A term begins; it lasts until the signal. */
  lead(led: LedCluster, signal: AbortSignal): void {
    this.#led = led;
    this.#sinceMs = this.#clock.nowMs();
    signal.addEventListener("abort", () => this.#follow(), { once: true });
  }

  heard(node: string): void {
    this.#metrics.add("troupe_heartbeats_received_total", { node });
    this.#heard.set(node, this.#clock.monotonicMs());
  }

  /** A node is not expected any more. */
  left(node: string): void {
    this.#heard.delete(node);
  }

  noticed(event: string): void {
    this.#metrics.add("troupe_control_events_total", { event });
  }

  observed(observation: Observation): void {
    const { task, atMs } = observation;
    if (observation.kind === "started") this.#began.set(task, { mailbox: observation.mailbox, atMs });
    if (observation.kind !== "ended") return;
    const began = this.#began.get(task);
    this.#began.delete(task);
    if (atMs < this.#sinceMs) return;
    // Roles end tasks in one way only; failed, cancelled, expired and rejected ones are ended from outside.
    const status = observation.isFromOutside ? "not_completed" : "completed";
    this.#metrics.add("troupe_tasks_ended_total", { status });
    if (began === undefined) return;
    const seconds = Math.max(0, atMs - began.atMs) / 1_000;
    this.#metrics.observe("troupe_task_duration_seconds", { mailbox: began.mailbox }, seconds);
  }

  #follow(): void {
    this.#led = undefined;
    this.#sinceMs = Number.POSITIVE_INFINITY;
    this.#began.clear();
    this.#heard.clear();
  }

  async #collect(): Promise<void> {
    for (const name of OF_LEADER) this.#metrics.clear(name);
    this.#metrics.set("troupe_supervisor_is_leader", {}, this.#led ? 1 : 0);
    if (this.#led === undefined) return;
    const nowMs = this.#clock.monotonicMs();
    for (const [node, atMs] of this.#heard)
      this.#metrics.set("troupe_heartbeat_age_seconds", { node }, (nowMs - atMs) / 1_000);
    setCluster(this.#metrics, this.#led.health());
    this.#setObjectives(this.#led.slo());
    this.#metrics.set("troupe_conversations_active", {}, conversationsIn(this.#led.index));
    await this.#readStore(this.#led);
  }

  #setObjectives({ objectives }: SloReport): void {
    for (const { name: objective, budget_left: left, burn } of objectives) {
      if (left !== null) this.#metrics.set("troupe_slo_budget_left_ratio", { objective }, left);
      for (const { window_ms: windowMs, rate } of burn) {
        const window = windowMs < 3_600_000 ? `${windowMs / 60_000}m` : `${windowMs / 3_600_000}h`;
        this.#metrics.set("troupe_slo_burn_rate", { objective, window }, rate);
      }
    }
  }

  async #readStore({ link, subjects, apiPrefix }: LedCluster): Promise<void> {
    const prefix = subjects.stream("CONTROL").replace(/CONTROL$/, "");
    try {
      for (let offset = 0, total = 1; offset < total; ) {
        const body = JSON.stringify({ offset });
        const answer = await link.nc.request(`${apiPrefix}.STREAM.LIST`, body, { timeout: STORE_MS });
        const page = StreamList.parse(answer.json());
        for (const { config, state } of page.streams) {
          if (!config.name.startsWith(prefix)) continue;
          this.#metrics.set("troupe_stream_bytes", { stream: config.name }, state.bytes);
          this.#metrics.set("troupe_stream_messages", { stream: config.name }, state.messages);
        }
        total = page.streams.length === 0 ? 0 : page.total;
        offset += page.streams.length;
      }
    } catch (error) {
      this.#logger.debug({ reason: messageOf(error) }, "the store does not tell its size");
    }
  }
}

/** Sessions with an open task, and open tasks without one. */
function conversationsIn(index: Pick<TaskIndex, "openTasks">): number {
  const sessions = new Set<string>();
  let alone = 0;
  for (const { passport } of index.openTasks()) {
    if (passport?.session === undefined) alone++;
    else sessions.add(passport.session);
  }
  return sessions.size + alone;
}
