/** Requests to NATS services on behalf of hosts: only to subjects that the deployment declares for the role, and never to this system's own. */
import { headers } from "@nats-io/nats-core";
import {
  type BrokerCaller,
  type BrokerHandler,
  type BrokerPorts,
  type BrokerService,
  type Json,
  messageOf,
  TroupeError,
} from "@troupe/runtime";
import { decodeJson, isServiceSubject, type Link } from "@troupe/runtime/internal";
import type { z } from "zod";
import { type DeployedTool, deployedTool, requireTaint } from "./manifest-tool.ts";
import { NodeAccess } from "./node-access.ts";
import { readQuestion } from "./read-question.ts";
import { SERVICE_REQUEST_SERVICE, ServiceRequestQuestion } from "./service-request-messages.ts";

type Question = z.infer<typeof ServiceRequestQuestion>;

/** Largest answer. Bytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;
const MAX_DEPTH = 100;

/** The service, for a node's program. */
export const serviceRequestService = (): BrokerService => ({
  name: SERVICE_REQUEST_SERVICE,
  open: (ports) => new ServiceRequestHandler(ports),
});

class ServiceRequestHandler implements BrokerHandler {
  readonly #ports: BrokerPorts;
  readonly #access: NodeAccess;

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
    this.#access = NodeAccess.of(ports);
  }

  async ask(caller: BrokerCaller, body: unknown): Promise<Json> {
    const question = readQuestion(ServiceRequestQuestion, body);
    const deployed = await deployedTool(this.#ports, caller, question.tool);
    const subject = permittedSubject(deployed, this.#ports.subjects.system);
    requireTaint(deployed, question.taint);
    return { body: await request(await this.#access.link(), subject, question) };
  }

  async close(): Promise<void> {
    await this.#access.close();
  }
}

/** The tool's subject. Throws `forbidden` for what is no service of others. */
function permittedSubject({ tool }: DeployedTool, system: string): string {
  const { target = "" } = tool;
  if (tool.kind !== "service" || !isServiceSubject(target, system)) {
    throw new TroupeError("forbidden", `${tool.name} is no NATS service that a tool may ask`);
  }
  return target;
}

/** Asks once. Throws `unavailable` when nobody serves the subject: then nothing was done; `outcome_unknown` without an answer. */
async function request(link: Link, subject: string, question: Question): Promise<Json> {
  const sent = headers();
  sent.set("Content-Type", "application/json");
  sent.set("Idempotency-Key", question.idempotencyKey);
  const options = { timeout: question.timeoutMs, headers: sent };
  let answer: Awaited<ReturnType<typeof link.nc.request>>;
  try {
    answer = await link.nc.request(subject, JSON.stringify(question.arguments), options);
  } catch (error) {
    const isUnserved = error instanceof Error && /no responders|permissions violation/i.test(error.message);
    const code = isUnserved ? "unavailable" : "outcome_unknown";
    throw new TroupeError(code, `${subject}: ${messageOf(error)}`, { cause: error });
  }
  const failure = answer.headers?.last("Nats-Service-Error");
  if (failure) throw new TroupeError("tool_failed", `${subject}: ${failure.slice(0, 2_000)}`);
  return readAnswer(answer.data);
}

/** JSON, or text where it is none. */
function readAnswer(data: Uint8Array): Json {
  if (data.length > MAX_ANSWER_BYTES) throw new TroupeError("tool_failed", `the answer has ${data.length} bytes`);
  const decoded = decodeJson(data, { maxBytes: MAX_ANSWER_BYTES, maxDepth: MAX_DEPTH });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- decoded JSON is JSON
  return decoded.ok ? (decoded.value as Json) : Buffer.from(data).toString("utf8");
}
