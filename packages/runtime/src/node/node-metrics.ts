import { statfs } from "node:fs/promises";
import type { Heartbeat } from "../contracts/control.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../telemetry/logger.ts";
import { type MetricFigures, sumFigures } from "../telemetry/metric-figures.ts";
import type { MetricName } from "../telemetry/metric-names.ts";
import { metricText } from "../telemetry/metric-text.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { collectProcessMetrics, PROCESS_METRICS } from "../telemetry/process-metrics.ts";
import type { BudgetUse } from "./broker-service.ts";

const NODE_METRICS = [
  ...PROCESS_METRICS,
  "troupe_node_load_ratio",
  "troupe_node_slots",
  "troupe_node_messages_in_hand",
  "troupe_node_actors",
  "troupe_node_hosts",
  "troupe_node_memory_bytes",
  "troupe_node_heartbeats_total",
  "troupe_node_host_deaths_total",
  "troupe_disk_free_bytes",
  "troupe_disk_size_bytes",
  "troupe_budget_used_ratio",
] as const satisfies readonly MetricName[];

/** `<version>/<mailbox>/<index>`. */
const roleOf = (actor: string): string => actor.split("/", 2)[1] ?? actor;

/** What a node knows when it is asked. */
interface NodeFigures {
  /** Hosts that run. */
  readonly count: number;
  /** Of the hosts that there are and were. */
  readonly figures: MetricFigures;
  readonly budgets: readonly BudgetUse[];
}

/** What a node counts, and what it knows of its hosts. */
export class NodeMetrics {
  readonly metrics = new Metrics(NODE_METRICS);
  readonly #stop: () => void;
  #node: () => NodeFigures = () => ({ count: 0, figures: [], budgets: [] });

  /** `folder`: whose file system is watched. */
  constructor(folder: string, logger: Logger) {
    this.#stop = collectProcessMetrics(this.metrics);
    this.metrics.beforeReading(async () => {
      try {
        const { bavail, blocks, bsize } = await statfs(folder);
        this.metrics.set("troupe_disk_free_bytes", {}, bavail * bsize);
        this.metrics.set("troupe_disk_size_bytes", {}, blocks * bsize);
      } catch (error) {
        logger.debug({ folder, reason: messageOf(error) }, "the file system does not tell its size");
      }
    });
  }

  /** Says where figures of hosts and services are read. */
  follow(node: () => NodeFigures): void {
    this.#node = node;
  }

  /** Takes what a heartbeat says. */
  beat({ actors, slots, busy, load, memoryBytes }: Heartbeat): void {
    const { metrics } = this;
    metrics.add("troupe_node_heartbeats_total", {});
    metrics.set("troupe_node_slots", {}, slots);
    metrics.set("troupe_node_messages_in_hand", {}, busy);
    metrics.set("troupe_node_load_ratio", {}, load);
    metrics.set("troupe_node_memory_bytes", {}, memoryBytes);
    metrics.clear("troupe_node_actors");
    const byState = Map.groupBy(actors, ({ id, state }) => `${roleOf(id)} ${state}`);
    for (const [key, { length }] of byState) {
      const [role = "", state = ""] = key.split(" ");
      metrics.set("troupe_node_actors", { role, state }, length);
    }
  }

  hostDied(): void {
    this.metrics.add("troupe_node_host_deaths_total", {});
  }

  get contentType(): string {
    return this.metrics.contentType;
  }

  /** The node's figures and its hosts'. */
  async figures(): Promise<MetricFigures> {
    const { count, figures, budgets } = this.#node();
    this.metrics.set("troupe_node_hosts", {}, count);
    this.metrics.clear("troupe_budget_used_ratio");
    for (const { account, usedRatio } of budgets) this.metrics.set("troupe_budget_used_ratio", { account }, usedRatio);
    return sumFigures([await this.metrics.figures(), figures]);
  }

  /** The same in Prometheus' text format. */
  async text(): Promise<string> {
    return metricText(await this.figures());
  }

  close(): void {
    this.#stop();
  }
}
