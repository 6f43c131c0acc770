import { type Link, messageOf, TroupeError } from "@troupe/runtime/internal";
import type { DeployedSystem } from "../ingress/deployed-system.ts";
import type { HealthPart, HealthProbe, TaskApi } from "./task-api.ts";

export interface HealthPorts {
  readonly link: Link;
  readonly api: Pick<TaskApi, "cluster">;
  readonly deployed: Pick<DeployedSystem, "current">;
  readonly isConnected: () => boolean;
  readonly isDraining: () => boolean;
}

/** Longest wait for the NATS server's answer to a ping. */
const PING_MS = 1_000;

/** What the gateway works with, asked at the moment of the question. Only NATS and the gateway itself are needed for taking tasks. */
export function healthProbe(ports: HealthPorts): HealthProbe {
  const readiness = (): HealthPart[] => {
    const [isDraining, isConnected] = [ports.isDraining(), ports.isConnected()];
    return [
      part("gateway", !isDraining, true, isDraining ? "draining" : "takes requests"),
      part("nats", isConnected, true, isConnected ? "connected" : "not connected"),
    ];
  };
  return {
    readiness,
    parts: async () => {
      const [gateway] = readiness();
      return [...(gateway ? [gateway] : []), await nats(ports), system(ports), await supervisor(ports)];
    },
  };
}

const part = (name: string, isUp: boolean, isRequired: boolean, text: string): HealthPart => ({
  name,
  isUp,
  isRequired,
  text,
});

async function nats({ link }: HealthPorts): Promise<HealthPart> {
  const flushed = link.nc.flush().then(() => true);
  const tooLong = new Promise<boolean>((resolve) => setTimeout(resolve, PING_MS, false).unref());
  const isUp = await Promise.race([flushed, tooLong]).catch(() => false);
  return part("nats", isUp, true, isUp ? "answers" : "does not answer");
}

function system({ deployed }: HealthPorts): HealthPart {
  try {
    return part("system", true, false, `version ${deployed.current().version}`);
  } catch (error) {
    if (!TroupeError.is(error, "no_system")) throw error;
    return part("system", false, false, error.message);
  }
}

async function supervisor({ api }: HealthPorts): Promise<HealthPart> {
  try {
    await api.cluster();
    return part("supervisor", true, false, "answers");
  } catch (error) {
    return part("supervisor", false, false, messageOf(error));
  }
}
