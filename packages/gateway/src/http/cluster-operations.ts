/** The cluster and what operators do to it, as operations of the HTTP interface. */
import {
  Operation as ClusterOperation,
  OPERATION_KINDS,
  OPERATION_REQUESTS,
  type OperationKind,
} from "@troupe/runtime/internal";
import { z } from "zod";
import type { Requirement } from "../auth/permission.ts";
import type { Operation } from "./operation.ts";
import { EventsQuery, LastEventId, ServerSentEvent } from "./schemas.ts";

export const CLUSTER_VIEWS = ["nodes", "actors", "queues", "placement"] as const;

const VIEWS: Readonly<Record<(typeof CLUSTER_VIEWS)[number], readonly [permission: Requirement, summary: string]>> = {
  nodes: ["metrics:read", "Every node: state, load, labels, since when and why."],
  actors: ["admin", "Every replica: where it runs and how it is."],
  queues: ["metrics:read", "Every mailbox: what waits and what is in hand."],
  placement: ["metrics:read", "Where every replica runs, and why there or nowhere."],
};

const [ROLE, NODE, NUMBER, GENERATION] = [
  "[a-z][a-z0-9-]{0,31}",
  "[a-z0-9][a-z0-9-]{0,62}",
  "(0|[1-9]\\d{0,3})",
  "g(0|[1-9]\\d{0,8})",
];
const REPLICA = `${ROLE}(_${ROLE})?\\.${NUMBER}`;
/** Every form of `operationId`. */
const OPERATION_IDS = [
  `(pause|resume)\\.${ROLE}`,
  `scale\\.${ROLE}\\.${NUMBER}`,
  `drain\\.${NODE}`,
  `stop\\.${REPLICA}`,
  `migrate\\.${REPLICA}\\.${NODE}`,
  `restart\\.(${ROLE}|${REPLICA})\\.${GENERATION}`,
];
const OPERATION_ID = z
  .string()
  .regex(new RegExp(`^(${OPERATION_IDS.join("|")})$`))
  .meta({ description: "Id of an operation, as it was answered.", examples: ["scale.router.3"] });

interface Operating {
  readonly permission: Requirement;
  readonly summary: string;
  readonly example: unknown;
}

/** The examples name what no system of ours has: who tries them out on a running system must not stop it. */
const OPERATING: Readonly<Record<OperationKind, Operating>> = {
  migrate: {
    permission: "operate",
    summary: "Move a replica to a node, where it stays. Nothing is lost or repeated.",
    example: { replica: "summarizer/0", to: "rack-7" },
  },
  pause: {
    permission: "operate",
    summary: "A role takes no more messages; what it runs it finishes.",
    example: { role: "summarizer" },
  },
  resume: { permission: "operate", summary: "A paused role takes messages again.", example: { role: "summarizer" } },
  scale: {
    permission: "operate",
    summary: "Set how many replicas of a role run.",
    example: { role: "summarizer", replicas: 3 },
  },
  restart: {
    permission: "operate",
    summary: "A new instance of a replica, or of all of a role; also of stopped ones.",
    example: { target: "summarizer/0", reason: "leaks memory" },
  },
  stop: {
    permission: "admin",
    summary: "A replica finishes what it runs and ends, until it is restarted.",
    example: { replica: "summarizer/0" },
  },
  drain: {
    permission: "operate",
    summary: "A node's replicas move elsewhere, it finishes what it runs, and leaves.",
    example: { node: "rack-7", reason: "new kernel" },
  },
};

const ASKED = "Asked for, or further. Location names the operation; `state` says how far it is.";

export const CLUSTER_OPERATIONS: readonly Operation[] = [
  ...CLUSTER_VIEWS.map(
    (view): Operation => ({
      id: `get${view.charAt(0).toUpperCase()}${view.slice(1)}`,
      method: "GET",
      path: `/api/v1/${view}`,
      permission: VIEWS[view][0],
      summary: VIEWS[view][1],
      success: { status: 200, description: "As the supervisor sees it." },
      errors: ["unavailable"],
    }),
  ),
  {
    id: "watchCluster",
    method: "GET",
    path: "/api/v1/events",
    permission: "metrics:read",
    summary: "What the control plane notices and decides, as server-sent events: the last ones, then what happens.",
    query: EventsQuery,
    headers: { "Last-Event-ID": LastEventId },
    success: {
      status: 200,
      description: "Events, until the client goes.",
      schema: ServerSentEvent,
      type: "text/event-stream",
      isEndless: true,
    },
    errors: ["invalid_request", "unavailable"],
  },
  ...OPERATION_KINDS.map((kind): Operation => {
    const { permission, summary, example } = OPERATING[kind];
    return {
      id: `${kind}Operation`,
      method: "POST",
      path: `/api/v1/operations/${kind}`,
      permission,
      summary,
      body: OPERATION_REQUESTS[kind],
      example,
      success: { status: 202, description: ASKED, schema: ClusterOperation },
      errors: [
        "invalid_request",
        "unsupported_media_type",
        "body_too_large",
        "unknown_role",
        "unknown_node",
        "conflict",
        "no_system",
        "lease_lost",
        "outcome_unknown",
        "unavailable",
      ],
    };
  }),
  {
    id: "getOperation",
    method: "GET",
    path: "/api/v1/operations/{id}",
    pathId: OPERATION_ID,
    permission: "metrics:read",
    summary: "How far an operation is.",
    success: { status: 200, description: "The operation as it is now.", schema: ClusterOperation },
    errors: ["invalid_id", "invalid_request", "unavailable"],
  },
];
