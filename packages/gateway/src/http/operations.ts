/** Every operation of the HTTP interface as data: the routes are checked against it and the OpenAPI document is made from it. */
import type { ErrorCode } from "@troupe/runtime/internal";
import type { z } from "zod";
import {
  AcceptedResponse,
  CancelResponse,
  EventsQuery,
  HealthResponse,
  ListQuery,
  LogQuery,
  LogResponse,
  SignalBody,
  SignalResponse,
  SubmitBody,
  TaskResponse,
} from "./schemas.ts";

export interface Operation {
  readonly id: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** Path with `{id}` for the task. */
  readonly path: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly example?: unknown;
  readonly query?: z.ZodObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly success: {
    readonly status: number;
    readonly description: string;
    readonly schema?: z.ZodType;
    readonly type?: string;
  };
  readonly errors: readonly ErrorCode[];
}

const TASK = ["invalid_id", "unknown_task", "unavailable"] as const;

export const OPERATIONS: readonly Operation[] = [
  {
    id: "submitTask",
    method: "POST",
    path: "/api/v1/tasks",
    summary: "Submit a task. It is stored when the answer comes.",
    body: SubmitBody,
    example: { role: "router", input: "Compare three databases" },
    headers: { "Idempotency-Key": "Makes repeating the request safe for 24 hours." },
    success: { status: 202, description: "Accepted; Location names the task.", schema: AcceptedResponse },
    errors: [
      "invalid_request",
      "unknown_role",
      "key_reused",
      "conflict",
      "body_too_large",
      "unmet_capabilities",
      "overloaded",
      "no_system",
      "unavailable",
      "outcome_unknown",
      "store_full",
    ],
  },
  {
    id: "listTasks",
    method: "GET",
    path: "/api/v1/tasks",
    summary: "List tasks, newest first.",
    query: ListQuery,
    success: { status: 200, description: "A page of tasks; `next` is the cursor of the following one." },
    errors: ["invalid_request", "unavailable"],
  },
  {
    id: "getTask",
    method: "GET",
    path: "/api/v1/tasks/{id}",
    summary: "A task with its status, result, path, tokens and cost.",
    success: { status: 200, description: "The task.", schema: TaskResponse },
    errors: TASK,
  },
  {
    id: "cancelTask",
    method: "DELETE",
    path: "/api/v1/tasks/{id}",
    summary: "Cancel a task: once this answers, it has no other end.",
    success: { status: 200, description: "Cancelled.", schema: CancelResponse },
    errors: [...TASK, "conflict", "outcome_unknown", "store_full"],
  },
  {
    id: "watchTask",
    method: "GET",
    path: "/api/v1/tasks/{id}/events",
    summary: "What happens in a task as server-sent events, from the beginning or after an event, until it ends.",
    query: EventsQuery,
    headers: { "Last-Event-ID": "Goes on after this event, at any gateway." },
    success: { status: 200, description: "Events; `done` is the last.", type: "text/event-stream" },
    errors: [...TASK, "invalid_request"],
  },
  {
    id: "getTaskLog",
    method: "GET",
    path: "/api/v1/tasks/{id}/log",
    summary: "The task's records, page by page.",
    query: LogQuery,
    success: { status: 200, description: "A page of records.", schema: LogResponse },
    errors: [...TASK, "invalid_request"],
  },
  {
    id: "signalTask",
    method: "POST",
    path: "/api/v1/tasks/{id}/signals",
    summary: "Answer a signal that the task waits for. The first answer stands.",
    body: SignalBody,
    example: { name: "go", value: true },
    success: { status: 200, description: "Delivered.", schema: SignalResponse },
    errors: [...TASK, "invalid_request", "body_too_large", "conflict", "outcome_unknown", "store_full"],
  },
  {
    id: "retryTask",
    method: "POST",
    path: "/api/v1/tasks/{id}/retry",
    summary: "Run a finished task's input again as a new task; asking twice gives the same one.",
    success: { status: 202, description: "Accepted; Location names the new task.", schema: AcceptedResponse },
    errors: [...TASK, "conflict", "overloaded", "no_system", "outcome_unknown", "store_full"],
  },
  {
    id: "getCluster",
    method: "GET",
    path: "/api/v1/cluster",
    summary: "How the cluster is, as the supervisor sees it.",
    success: { status: 200, description: "Status with reasons, nodes, actors, queues, alerts." },
    errors: ["unavailable"],
  },
  {
    id: "getLiveness",
    method: "GET",
    path: "/livez",
    summary: "Whether the process is alive.",
    success: { status: 200, description: "Alive.", schema: HealthResponse },
    errors: [],
  },
  {
    id: "getReadiness",
    method: "GET",
    path: "/readyz",
    summary: "Whether this gateway takes requests; 503 while it starts, drains, or is without NATS.",
    success: { status: 200, description: "Ready.", schema: HealthResponse },
    errors: ["unavailable"],
  },
  {
    id: "getHealth",
    method: "GET",
    path: "/health",
    summary: "Each part that the gateway works with; 503 when one that it needs is down.",
    success: { status: 200, description: "Healthy or degraded.", schema: HealthResponse },
    errors: ["unavailable"],
  },
];
