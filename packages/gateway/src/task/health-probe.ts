import { type Link, TroupeError } from "@troupe/runtime/internal";
import type { DeployedSystem } from "../ingress/deployed-system.ts";
import { clusterParts, type FoundPart } from "./cluster-parts.ts";
import type { HealthPart, HealthPartName, HealthProbe, TaskApi } from "./task-api.ts";

export interface HealthPorts {
  readonly link: Link;
  readonly api: Pick<TaskApi, "cluster">;
  readonly deployed: Pick<DeployedSystem, "current">;
  readonly isConnected: () => boolean;
  readonly isDraining: () => boolean;
  /** Parts whose failure is one of the gateway, beside those that no gateway can do without. */
  readonly required: readonly HealthPartName[];
}

/** Longest wait for the NATS server's answer to a ping. */
const PING_MS = 1_000;
/** Without these no gateway takes tasks. */
const ALWAYS_REQUIRED: readonly HealthPartName[] = ["gateway", "nats"];

/** What the gateway works with, asked at the moment of the question. */
export function healthProbe(ports: HealthPorts): HealthProbe {
  const required = new Set([...ALWAYS_REQUIRED, ...ports.required]);
  const judged = (parts: readonly FoundPart[]): HealthPart[] =>
    parts.map((part) => ({ ...part, isRequired: required.has(part.name) }));
  return {
    readiness: () => judged([gateway(ports), connection(ports)]),
    parts: async () => judged([gateway(ports), await nats(ports), system(ports), ...(await cluster(ports))]),
  };
}

function gateway({ isDraining }: HealthPorts): FoundPart {
  const drains = isDraining();
  return { name: "gateway", isUp: !drains, text: drains ? "draining" : "takes requests" };
}

function connection({ isConnected }: HealthPorts): FoundPart {
  const isUp = isConnected();
  return { name: "nats", isUp, text: isUp ? "connected" : "not connected" };
}

async function nats({ link }: HealthPorts): Promise<FoundPart> {
  const flushed = link.nc.flush().then(() => true);
  const tooLong = new Promise<boolean>((resolve) => setTimeout(resolve, PING_MS, false).unref());
  const isUp = await Promise.race([flushed, tooLong]).catch(() => false);
  return { name: "nats", isUp, text: isUp ? "answers" : "does not answer" };
}

function system({ deployed }: HealthPorts): FoundPart {
  try {
    return { name: "system", isUp: true, text: `version ${deployed.current().version}` };
  } catch (error) {
    if (!TroupeError.is(error, "no_system")) throw error;
    return { name: "system", isUp: false, text: error.message };
  }
}

async function cluster({ api }: HealthPorts): Promise<readonly FoundPart[]> {
  // Whatever kept the supervisor from answering, it did not answer.
  return clusterParts(await api.cluster().catch(() => undefined));
}
