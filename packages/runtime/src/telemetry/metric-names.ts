/**
 * Every figure that Prometheus may read from a part of Troupe, by name. The one module that names them: dashboards and alert rules refer
 * to nothing else. Names are in base units, counters end in `_total`, and no label is an id of a task, session or user.
 */
import { LONG_SECONDS, SECONDS, TOKENS } from "./metric-buckets.ts";

/** Whose `/metrics` has it. */
type ServedBy = "gateway" | "node" | "supervisor" | "gateway, supervisor" | "all";

export interface Declared {
  readonly type: "counter" | "gauge" | "histogram";
  readonly from: ServedBy;
  readonly help: string;
  readonly labels?: readonly string[];
  /** Upper bounds, in the unit of the name. */
  readonly buckets?: readonly number[];
}

export const METRICS = {
  troupe_http_requests_total: {
    type: "counter",
    from: "gateway",
    help: "HTTP requests that were answered, by operation (method and path template) and status.",
    labels: ["operation", "status"],
  },
  troupe_http_request_duration_seconds: {
    type: "histogram",
    from: "gateway",
    help: "Time from a request's arrival to the end of its answer, by operation; of streams, their whole life.",
    labels: ["operation"],
    buckets: SECONDS,
  },
  troupe_process_cpu_seconds_total: {
    type: "counter",
    from: "all",
    help: "CPU time of this process.",
  },
  troupe_process_resident_memory_bytes: {
    type: "gauge",
    from: "all",
    help: "Memory of this process.",
  },
  troupe_process_event_loop_delay_seconds: {
    type: "gauge",
    from: "all",
    help: "How late the event loop was since the last scrape, 99th percentile.",
  },
  troupe_supervisor_up: {
    type: "gauge",
    from: "gateway, supervisor",
    help: "1 while a supervisor leads and answers; then the cluster's figures are there.",
  },
  troupe_supervisor_epoch: {
    type: "gauge",
    from: "gateway, supervisor",
    help: "Term of the leading supervisor: it grows with every change of leader.",
  },
  troupe_cluster_healthy: {
    type: "gauge",
    from: "gateway, supervisor",
    help: "1 healthy, 0.5 degraded, 0 critical.",
  },
  troupe_nodes: {
    type: "gauge",
    from: "gateway, supervisor",
    help: "Nodes by status.",
    labels: ["status"],
  },
  troupe_actors: {
    type: "gauge",
    from: "gateway, supervisor",
    help: "Actors by state.",
    labels: ["state"],
  },
  troupe_nodes_mean_load_ratio: {
    type: "gauge",
    from: "gateway, supervisor",
    help: "Mean load of the nodes, 0 to 1.",
  },
  troupe_mailbox_messages: {
    type: "gauge",
    from: "gateway, supervisor",
    help: "Messages by mailbox: waiting, or in the hands of an actor.",
    labels: ["mailbox", "state"],
  },
  troupe_oldest_message_age_seconds: {
    type: "gauge",
    from: "gateway, supervisor",
    help: "Age of the oldest message that waits; 0 when none does.",
  },
  troupe_tasks_in_flight: {
    type: "gauge",
    from: "gateway, supervisor",
    help: "Tasks that have begun and not ended.",
  },
  troupe_alerts_firing: {
    type: "gauge",
    from: "gateway, supervisor",
    help: "Alerts that fire, by name.",
    labels: ["alert"],
  },
  troupe_supervisor_is_leader: {
    type: "gauge",
    from: "supervisor",
    help: "1 while this supervisor leads; then it has the figures of the cluster.",
  },
  troupe_heartbeats_received_total: {
    type: "counter",
    from: "supervisor",
    help: "Heartbeats that the leader has heard, by node.",
    labels: ["node"],
  },
  troupe_heartbeat_age_seconds: {
    type: "gauge",
    from: "supervisor",
    help: "Time since the last heartbeat of each node that has not left.",
    labels: ["node"],
  },
  troupe_control_events_total: {
    type: "counter",
    from: "supervisor",
    help: "What the leader noticed or decided, by name: `node.dead` and `leader` are failovers.",
    labels: ["event"],
  },
  troupe_tasks_ended_total: {
    type: "counter",
    from: "supervisor",
    help: "Tasks that ended while this supervisor led: `completed` by a role, or `not_completed` (failed, cancelled, expired).",
    labels: ["status"],
  },
  troupe_task_duration_seconds: {
    type: "histogram",
    from: "supervisor",
    help: "Time from a task's start to its end, by the mailbox that it began in.",
    labels: ["mailbox"],
    buckets: LONG_SECONDS,
  },
  troupe_conversations_active: {
    type: "gauge",
    from: "supervisor",
    help: "Sessions with a task that has not ended; a task without a session is one of its own.",
  },
  troupe_slo_budget_left_ratio: {
    type: "gauge",
    from: "supervisor",
    help: "Share of an objective's error budget that is left in its window; below 0 when it is overspent.",
    labels: ["objective"],
  },
  troupe_slo_burn_rate: {
    type: "gauge",
    from: "supervisor",
    help: "How fast an objective's error budget is spent within a window; at 1 it lasts exactly as long as the objective's window.",
    labels: ["objective", "window"],
  },
  troupe_stream_bytes: {
    type: "gauge",
    from: "supervisor",
    help: "Size of each stream of the system in the store.",
    labels: ["stream"],
  },
  troupe_stream_messages: {
    type: "gauge",
    from: "supervisor",
    help: "Messages in each stream of the system.",
    labels: ["stream"],
  },
  troupe_node_load_ratio: {
    type: "gauge",
    from: "node",
    help: "Messages in hand over slots, as placement counts them.",
  },
  troupe_node_slots: {
    type: "gauge",
    from: "node",
    help: "Messages that the actors of this node may hold at once.",
  },
  troupe_node_messages_in_hand: {
    type: "gauge",
    from: "node",
    help: "Messages that the actors of this node hold.",
  },
  troupe_node_actors: {
    type: "gauge",
    from: "node",
    help: "Actors of this node by role and state.",
    labels: ["role", "state"],
  },
  troupe_node_hosts: {
    type: "gauge",
    from: "node",
    help: "Host processes of this node.",
  },
  troupe_node_memory_bytes: {
    type: "gauge",
    from: "node",
    help: "Memory of this node and its hosts.",
  },
  troupe_node_heartbeats_total: {
    type: "counter",
    from: "node",
    help: "Heartbeats that this node has sent.",
  },
  troupe_node_host_deaths_total: {
    type: "counter",
    from: "node",
    help: "Hosts that ended without having been asked to.",
  },
  troupe_disk_free_bytes: {
    type: "gauge",
    from: "node",
    help: "Free space of the file system that this node runs in.",
  },
  troupe_disk_size_bytes: {
    type: "gauge",
    from: "node",
    help: "Size of that file system.",
  },
  troupe_hops_total: {
    type: "counter",
    from: "node",
    help: "Messages that actors dealt with, by role and by how the hop ended.",
    labels: ["role", "end"],
  },
  troupe_hop_duration_seconds: {
    type: "histogram",
    from: "node",
    help: "Time from a message's delivery to the end of its hop, by role; waits are not counted.",
    labels: ["role"],
    buckets: SECONDS,
  },
  troupe_hop_failures_total: {
    type: "counter",
    from: "node",
    help: "Hops that failed, to be tried again or parked, by role and error code.",
    labels: ["role", "code"],
  },
  gen_ai_client_token_usage: {
    type: "histogram",
    from: "node",
    help: "Tokens of model calls, input and output (OpenTelemetry `gen_ai.client.token.usage`).",
    labels: ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model", "gen_ai_token_type"],
    buckets: TOKENS,
  },
  gen_ai_client_operation_duration_seconds: {
    type: "histogram",
    from: "node",
    help: "Time of model calls, retries included (OpenTelemetry `gen_ai.client.operation.duration`); `error_type` is empty where there is none.",
    labels: ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model", "error_type"],
    buckets: LONG_SECONDS,
  },
  troupe_model_cost_dollars_total: {
    type: "counter",
    from: "node",
    help: "What model calls cost, by model, in US dollars.",
    labels: ["model"],
  },
  troupe_model_breaker_state: {
    type: "gauge",
    from: "node",
    help: "State of an endpoint's circuit breaker, by model: 0 closed, 0.5 half open, 1 open.",
    labels: ["model"],
  },
  troupe_model_budget_refusals_total: {
    type: "counter",
    from: "node",
    help: "Model calls that were not made since a budget had no room, by alias.",
    labels: ["model"],
  },
  troupe_cache_lookups_total: {
    type: "counter",
    from: "node",
    help: "Questions that the answer cache was asked for, by outcome: `hit` or `miss`.",
    labels: ["outcome"],
  },
  troupe_cache_saved_dollars_total: {
    type: "counter",
    from: "node",
    help: "What answers from the cache had cost the first time, in US dollars.",
  },
  troupe_guardrail_firings_total: {
    type: "counter",
    from: "node",
    help: "Guardrails that fired, by role, rule, place (`input`, `output`, `toolArguments`, `toolResults`) and action.",
    labels: ["role", "rule", "place", "action"],
  },
  troupe_tool_calls_total: {
    type: "counter",
    from: "node",
    help: "Tool calls by tool and outcome: `ok`, `failed`, `refused`.",
    labels: ["tool", "outcome"],
  },
  troupe_tool_call_duration_seconds: {
    type: "histogram",
    from: "node",
    help: "Time of tool calls that were made, by tool.",
    labels: ["tool"],
    buckets: SECONDS,
  },
  troupe_budget_used_ratio: {
    type: "gauge",
    from: "node",
    help: "Spent and reserved share of the tightest limit of a budget account, as the node of a call sees it.",
    labels: ["account"],
  },
} as const satisfies Readonly<Record<string, Declared>>;

export type MetricName = keyof typeof METRICS;
