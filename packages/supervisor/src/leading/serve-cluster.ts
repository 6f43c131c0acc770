/** What the leader answers: the views of the cluster, and the verbs of its service, over the parts that keep it. */
import {
  ApprovalListRequest,
  type NodePlacement,
  OPERATION_KINDS,
  type Service,
  serve,
} from "@troupe/runtime/internal";
import type { Alerting } from "../alerts/alerting.ts";
import { listApprovals } from "../approvals/open-approvals.ts";
import { audited, auditVerbs } from "../audit/audit-verbs.ts";
import type { AuditSealing } from "../audit/seal-audit.ts";
import type { ClusterView } from "../health/cluster-view.ts";
import { healthOf } from "../health/health.ts";
import type { Outcomes } from "../health/outcomes.ts";
import type { QueueWatch } from "../health/queue-watch.ts";
import { slowTasks } from "../health/slow-tasks.ts";
import type { MembershipLoop } from "../membership/membership-loop.ts";
import type { DrainingNodes } from "../operations/draining-nodes.ts";
import type { OperationView } from "../operations/progress.ts";
import type { PlacementLoop } from "../placement/placement-loop.ts";
import { deadLetterVerbs } from "../services/dead-letter-verbs.ts";
import { eventVerbs } from "../services/event-verbs.ts";
import { operationVerbs } from "../services/operation-verbs.ts";
import { readVerbs } from "../services/read-verbs.ts";
import { writeVerbs } from "../services/write-verbs.ts";
import type { SloKeeping } from "../slo/slo-keeping.ts";
import { usageVerb } from "../usage/usage-verb.ts";
import type { LeadingPorts } from "./leading-ports.ts";
import type { TaskKeeping } from "./task-keeping.ts";

/** The parts that keep the cluster during a term. */
export interface ClusterParts {
  readonly tasks: Pick<TaskKeeping, "index" | "log" | "desk">;
  readonly sealing: Pick<AuditSealing, "head">;
  readonly membership: MembershipLoop;
  readonly placement: PlacementLoop;
  readonly draining: DrainingNodes;
  readonly queues: QueueWatch;
  readonly outcomes: Outcomes;
  readonly alerting: Alerting;
  readonly slo: Pick<SloKeeping, "report">;
  /** When the term began, ms since 1970. */
  readonly sinceMs: number;
  /** Called after something was changed that placement depends on. */
  readonly onChange: () => void;
}

/** Everything that answers are computed from, at this moment. */
export function clusterView(ports: LeadingPorts, parts: ClusterParts): ClusterView {
  const { system, id, epoch, store, settings, clock } = ports;
  const { tasks, membership, placement, queues, outcomes, sinceMs } = parts;
  const nowMs = clock.nowMs();
  return {
    system,
    supervisor: { id, epoch, sinceMs },
    nowMs,
    membership: membership.membership,
    desired: store.view.desired,
    assignment: placement.placement.assignment,
    rows: placement.placement.rows,
    unplaced: placement.placement.unplaced,
    queues: queues.queues,
    oldestWaiting: queues.oldestWaiting,
    openTasks: tasks.index.openCount,
    recentDeadTasks: tasks.index.deadLetteredSince(nowMs - settings.deadTaskAlertMs),
    slowTasks: slowTasks(tasks.index, nowMs - settings.slowTaskAlertMs),
    recentOutcomes: outcomes.ofMailboxes,
    outcomesOf: (actor) => outcomes.ofActor(actor),
    slo: parts.slo.report(),
    queueAgeAlertMs: settings.queueAgeAlertMs,
    slowTaskAlertMs: settings.slowTaskAlertMs,
  };
}

/** The stored rows by node. */
export const rowsOf = (placement: PlacementLoop): ReadonlyMap<string, NodePlacement> =>
  new Map(placement.placement.rows.map((row) => [row.node, row]));

function operationView({ store }: LeadingPorts, { membership, placement }: ClusterParts): OperationView {
  const { desired, deployments } = store.view;
  const { unplaced, lastHandOver } = placement.placement;
  return {
    desired,
    deployment: desired && deployments.get(desired.current),
    rows: rowsOf(placement),
    membership: membership.membership,
    unplaced,
    pauseMs: (replica, to) => {
      const last = lastHandOver(replica);
      if (last === "underway") return last;
      return last?.to === to ? last.pauseMs : undefined;
    },
  };
}

function countCluster(ports: LeadingPorts, parts: ClusterParts): void {
  const { controlLink: link, subjects, metrics, signal } = ports;
  const health = () => {
    const view = clusterView(ports, parts);
    return healthOf(view, parts.alerting.firingIn(view));
  };
  const { index } = parts.tasks;
  const slo = () => parts.slo.report();
  metrics?.lead({ health, slo, index, link, subjects, apiPrefix: link.apiPrefix }, signal);
}

/** Answers until it is stopped. */
export function serveCluster(ports: LeadingPorts, parts: ClusterParts): Service {
  const { controlLink: link, system, id, subjects, audit, logger, clock, requireLeading } = ports;
  const { tasks, membership, placement, draining, sealing, alerting, onChange } = parts;
  countCluster(ports, parts);
  const deploy = { ...ports, link, nowMs: () => clock.nowMs() };
  return serve(link, {
    name: "troupe-supervisor",
    version: "0.1.0",
    description: `Control plane of the system ${system}`,
    metadata: { system, supervisor: id },
    logger,
    clock,
    endpoints: {
      ...readVerbs({
        subjects,
        ...tasks,
        view: () => clusterView(ports, parts),
        alerts: (view) => alerting.firingIn(view),
        placement: () => placement.placement,
      }),
      ...audited(audit, OPERATION_KINDS, {
        ...writeVerbs({ ...ports, deploy, onChange }),
        ...operationVerbs({
          ...ports,
          membership,
          view: () => operationView(ports, parts),
          limitDrain: (node, limitMs) => draining.limit(node, limitMs),
          onChange,
        }),
      }),
      approvals: {
        subject: subjects.supervisor("approvals"),
        handle: (request) => request.respond(listApprovals(tasks.index, request.json(ApprovalListRequest))),
      },
      slo: {
        subject: subjects.supervisor("slo"),
        maxBytes: 4_096,
        handle: (request) => request.respond(parts.slo.report()),
      },
      ...deadLetterVerbs({ subjects, desk: tasks.desk, audit, requireLeading }),
      ...usageVerb({ link, subjects, shards: ports.shards }),
      ...eventVerbs({ link, subjects, clock, logger }),
      ...auditVerbs({ subjects, sealing, requireLeading }),
    },
  });
}
