/** `<sys>.supervisor.{deploy,drain,pause,resume,scale}`: only users of CORE reach them. */
import {
  CONTROL_VERSION,
  type Endpoint,
  type Link,
  type Logger,
  messageOf,
  type ServiceRequest,
  type Subjects,
  TroupeError,
} from "@troupe/runtime/internal";
import { z } from "zod";
import type { ControlEvents } from "../control-events.ts";
import { type DeployPorts, DeployRequest, deploy } from "../desired/deploy.ts";
import { applyChange, type OperatorChange } from "../desired/operator-changes.ts";
import type { MembershipLoop } from "../membership/membership-loop.ts";

const RoleRequest = z.strictObject({ role: z.string().min(1).max(64) });
const ScaleRequest = z.strictObject({ role: z.string().min(1).max(64), replicas: z.int().min(0).max(1_000) });
const DrainRequest = z.strictObject({
  node: z.string().min(1).max(64),
  /** How long messages may finish; the node's own limit without it. */
  limit_ms: z.int().min(0).max(86_400_000).optional(),
});

const ATTEMPTS = 5;
const NODE_TIMEOUT_MS = 2_000;

export interface WriteVerbPorts {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly deploy: DeployPorts;
  readonly membership: MembershipLoop;
  readonly events: ControlEvents;
  readonly logger: Logger;
  readonly requireLeading: () => void;
  /** Called after something was changed that placement depends on. */
  readonly onChange: () => void;
}

export function writeVerbs(ports: WriteVerbPorts): Readonly<Record<string, Endpoint>> {
  const { subjects } = ports;
  const endpoint = (verb: string, handle: (request: ServiceRequest) => Promise<void>): Endpoint => ({
    subject: subjects.supervisor(verb),
    handle: async (request) => {
      ports.requireLeading();
      await handle(request);
    },
  });
  return {
    deploy: endpoint("deploy", (request) => answerDeploy(ports, request)),
    drain: endpoint("drain", (request) => answerDrain(ports, request)),
    pause: endpoint("pause", (request) => change(ports, request, { kind: "pause", ...request.json(RoleRequest) })),
    resume: endpoint("resume", (request) => change(ports, request, { kind: "resume", ...request.json(RoleRequest) })),
    scale: endpoint("scale", (request) => change(ports, request, { kind: "scale", ...request.json(ScaleRequest) })),
  };
}

async function answerDeploy(ports: WriteVerbPorts, request: ServiceRequest): Promise<void> {
  const answer = await deploy(ports.deploy, request.json(DeployRequest));
  if (answer.changed) {
    ports.events.record({ name: "deploy", about: answer.version, reason: "asked for by an operator" });
    ports.onChange();
  }
  request.respond(answer);
}

async function answerDrain(ports: WriteVerbPorts, request: ServiceRequest): Promise<void> {
  const { node, limit_ms: limitMs } = request.json(DrainRequest);
  if (!(await ports.membership.drain(node, "asked for by an operator"))) {
    const nodes = [...ports.membership.membership.nodes.keys()];
    throw new TroupeError("unknown_node", `no node ${JSON.stringify(node)} is present`, { details: { nodes } });
  }
  ports.onChange();
  await askToDrain(ports, node, limitMs);
  request.respond({ v: CONTROL_VERSION, node, status: "draining" });
}

/** Asks a node to drain; one that does not answer is asked again by {@link remindDraining}. */
async function askToDrain({ link, subjects, logger }: WriteVerbPorts, node: string, limitMs?: number): Promise<void> {
  const body = JSON.stringify(limitMs === undefined ? {} : { limit_ms: limitMs });
  try {
    await link.nc.request(subjects.node(node, "drain"), body, { timeout: NODE_TIMEOUT_MS });
  } catch (error) {
    logger.warn({ node, reason: messageOf(error) }, "a node was not reached to drain; it is asked again");
  }
}

/** Asks those nodes again that should drain and say that they do not. */
export async function remindDraining(ports: WriteVerbPorts): Promise<void> {
  for (const { member, heartbeat } of ports.membership.membership.nodes.values()) {
    if (member.status === "draining" && heartbeat && !heartbeat.isDraining) await askToDrain(ports, member.node);
  }
}

async function change(ports: WriteVerbPorts, request: ServiceRequest, wanted: OperatorChange): Promise<void> {
  const { store } = ports.deploy;
  for (let attempt = 1; ; attempt++) {
    const { desired, revision, deployments } = await store.refresh();
    const deployment = desired && deployments.get(desired.current);
    if (!desired || !deployment) throw new TroupeError("no_system", "no system is deployed yet");
    const next = applyChange(desired, deployment, wanted);
    try {
      ports.requireLeading();
      await store.replace(next, revision);
      ports.events.record({
        name: wanted.kind,
        about: wanted.role,
        reason: "asked for by an operator",
        details: { ...wanted },
      });
      ports.onChange();
      return request.respond({ v: CONTROL_VERSION, paused: next.paused, replicas: next.replicas });
    } catch (error) {
      if (!TroupeError.is(error, "conflict") || attempt === ATTEMPTS) throw error;
    }
  }
}
