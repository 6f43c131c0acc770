/**
 * `<sys>.supervisor.{migrate,pause,resume,scale,restart,stop,drain}`: stored as desired, then carried out by whoever leads; and
 * `<sys>.supervisor.operation`, which says how far one is. Each may be repeated: a wish that is there already is not there twice.
 */
import {
  type Clock,
  type Deployment,
  type Desired,
  type Endpoint,
  type Member,
  OPERATION_REQUESTS,
  type Operation,
  OperationRef,
  operationId,
  parseOperationId,
  type ServiceRequest,
  type Subjects,
  TroupeError,
  type Wish,
} from "@troupe/runtime/internal";
import type { ControlEvents } from "../control-events.ts";
import type { DesiredStore } from "../desired/desired-store.ts";
import { applyWish, type DesiredWish, nextGeneration, requireReplicas } from "../desired/operator-changes.ts";
import type { MembershipLoop } from "../membership/membership-loop.ts";
import { sitesOf } from "../membership/sites.ts";
import { aboutOf, type OperationView, progressOf } from "../operations/progress.ts";
import { misfit } from "../placement/fit.ts";

export interface OperationPorts {
  readonly subjects: Subjects;
  readonly store: DesiredStore;
  readonly membership: MembershipLoop;
  readonly events: Pick<ControlEvents, "record">;
  readonly clock: Clock;
  readonly view: () => OperationView;
  /** How long a node that drains may let messages finish, where the operator says so. */
  readonly limitDrain: (node: string, limitMs: number) => void;
  /** Throws `lease_lost` when this process may not command. */
  readonly requireLeading: () => void;
  /** Called after something was changed that placement depends on. */
  readonly onChange: () => void;
}

/** What an operator said beside what is wanted. */
interface Said {
  readonly reason: string;
  readonly waitMs: number;
}

interface Remarks {
  readonly reason?: string | undefined;
  readonly wait_ms?: number | undefined;
}
const said = ({ reason = "asked for by an operator", wait_ms: waitMs = 0 }: Remarks): Said => ({ reason, waitMs });

const ATTEMPTS = 5;
const LOOK_MS = 50;

export function operationVerbs(ports: OperationPorts): Readonly<Record<string, Endpoint>> {
  const { subjects } = ports;
  const R = OPERATION_REQUESTS;
  const endpoint = (verb: string, handle: (request: ServiceRequest) => Promise<Operation>): Endpoint => ({
    subject: subjects.supervisor(verb),
    handle: async (request) => {
      ports.requireLeading();
      request.respond(await handle(request));
    },
  });
  const change = (request: ServiceRequest, by: Said, wishOf: WishOf) => carryOut(ports, request, by, wishOf);
  return {
    migrate: endpoint("migrate", (request) => {
      const { replica, to, ...more } = request.json(R.migrate);
      return change(request, said(more), (desired, deployment) => {
        requirePlaceable(ports, desired, deployment, replica, to);
        return { kind: "migrate", replica, to };
      });
    }),
    pause: endpoint("pause", (request) => {
      const { role, ...more } = request.json(R.pause);
      return change(request, said(more), () => ({ kind: "pause", role }));
    }),
    resume: endpoint("resume", (request) => {
      const { role, ...more } = request.json(R.resume);
      return change(request, said(more), () => ({ kind: "resume", role }));
    }),
    scale: endpoint("scale", (request) => {
      const { role, replicas, ...more } = request.json(R.scale);
      return change(request, said(more), () => ({ kind: "scale", role, replicas }));
    }),
    restart: endpoint("restart", (request) => {
      const { target, ...more } = request.json(R.restart);
      return change(request, said(more), (desired, deployment) => restartOf(ports, desired, deployment, target));
    }),
    stop: endpoint("stop", (request) => {
      const { replica, ...more } = request.json(R.stop);
      return change(request, said(more), () => ({ kind: "stop", replica }));
    }),
    drain: endpoint("drain", (request) => {
      const { node, limit_ms: limitMs, ...more } = request.json(R.drain);
      return drain(ports, request, said(more), node, limitMs);
    }),
    operation: { subject: subjects.supervisor("operation"), handle: (request) => answerProgress(ports, request) },
  };
}

function answerProgress({ view }: OperationPorts, request: ServiceRequest): void {
  const { id } = request.json(OperationRef);
  const wish = parseOperationId(id);
  if (!wish) throw new TroupeError("invalid_id", `${JSON.stringify(id.slice(0, 80))} is no operation`);
  request.respond(progressOf(wish, view()));
}

type WishOf = (desired: Desired, deployment: Deployment) => DesiredWish;

/** Stores the wish, by compare-and-set; the wish is made of what is desired at that moment. Throws what is wrong with it, `no_system`. */
async function carryOut(ports: OperationPorts, request: ServiceRequest, by: Said, wishOf: WishOf): Promise<Operation> {
  const { store } = ports;
  for (let attempt = 1; ; attempt++) {
    const { desired, revision, deployments } = await store.refresh();
    const deployment = desired && deployments.get(desired.current);
    if (!desired || !deployment) throw new TroupeError("no_system", "no system is deployed yet");
    const wish = wishOf(desired, deployment);
    const next = applyWish(desired, deployment, wish);
    try {
      if (JSON.stringify(next) !== JSON.stringify(desired)) {
        ports.requireLeading();
        await store.replace(next, revision);
        record(ports, wish, by);
      }
      return await settled(ports, request, by, wish);
    } catch (error) {
      if (!TroupeError.is(error, "conflict") || attempt === ATTEMPTS) throw error;
    }
  }
}

/** A restart that is under way is the same restart: repeating the request does not start anything twice. */
function restartOf(ports: OperationPorts, desired: Desired, deployment: Deployment, target: string): DesiredWish {
  const generation = nextGeneration(desired, deployment, target);
  const underway: DesiredWish = { kind: "restart", target, generation: generation - 1 };
  const isUnderway =
    generation > 1 && progressOf(underway, { ...ports.view(), desired, deployment }).state !== "confirmed";
  return isUnderway ? underway : { ...underway, generation };
}

/** Throws `unknown_node`, or `conflict` where the node could never run the replica. That it has no room now is told by the progress. */
function requirePlaceable(
  ports: OperationPorts,
  desired: Desired,
  deployment: Deployment,
  name: string,
  to: string,
): void {
  const [replica] = requireReplicas(desired, deployment, name);
  const { membership } = ports.membership;
  const status = membership.nodes.get(to)?.member.status;
  if (status === undefined || isGone(status)) throw unknownNode(ports, to);
  if (status === "draining") throw new TroupeError("conflict", `${to} is draining: it takes nothing new`);
  const site = sitesOf(membership).find(({ node }) => node === to);
  const why = replica && site ? misfit(replica, site) : undefined;
  if (why !== undefined) throw new TroupeError("conflict", `${name} does not fit ${to}: ${why}`);
}

const isGone = (status: Member["status"]): boolean => status === "left" || status === "dead";

function unknownNode({ membership }: OperationPorts, node: string): TroupeError {
  const here = [...membership.membership.nodes].filter(([, { member }]) => !isGone(member.status));
  const nodes = here.map(([name]) => name).toSorted();
  return new TroupeError(
    "unknown_node",
    `no node ${JSON.stringify(node)} is present; there are ${nodes.join(", ") || "none"}`,
    {
      details: { nodes },
    },
  );
}

async function drain(
  ports: OperationPorts,
  request: ServiceRequest,
  by: Said,
  node: string,
  limitMs: number | undefined,
): Promise<Operation> {
  const wasDraining = ports.membership.membership.nodes.get(node)?.member.status === "draining";
  if (!(await ports.membership.drain(node, by.reason))) throw unknownNode(ports, node);
  if (limitMs !== undefined) ports.limitDrain(node, limitMs);
  const wish: Wish = { kind: "drain", node };
  if (!wasDraining) record(ports, wish, by);
  return settled(ports, request, by, wish);
}

function record(ports: OperationPorts, wish: Wish, { reason }: Said): void {
  ports.events.record({ name: wish.kind, about: aboutOf(wish), reason, details: { operation: operationId(wish) } });
  ports.onChange();
}

/** The operation once it is confirmed, or as it is when the operator's patience ends. */
async function settled(ports: OperationPorts, request: ServiceRequest, by: Said, wish: Wish): Promise<Operation> {
  const { clock, view } = ports;
  const untilMs = clock.monotonicMs() + by.waitMs;
  for (;;) {
    const operation = progressOf(wish, view());
    const isOver = operation.state === "confirmed" || operation.state === "superseded";
    if (isOver || request.signal.aborted || clock.monotonicMs() >= untilMs) return operation;
    await clock.sleep(LOOK_MS, request.signal).catch(() => undefined);
  }
}
