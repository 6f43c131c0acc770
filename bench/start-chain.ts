import { fileURLToPath } from "node:url";
import { PLACE_OF_USER } from "@troupe/runtime/internal";
import { hostsOf } from "../test/support/host-processes.ts";
import type { PartProcess } from "../test/support/part-process.ts";
import { Stack } from "../test/support/stack.ts";
import { type Chain, type Measured, measureLoad } from "./chain.ts";
import { sizeOf } from "./jetstream-api.ts";
import type { ChainSettings, Load, Usage } from "./messages.ts";
import { RELAY_VERSION } from "./relay.ts";
import { usageOf } from "./server-usage.ts";
import { WorkerProcess } from "./worker-process.ts";

const SYSTEM = "bench-start";
const LOAD = new URL("./worker/load.ts", import.meta.url);
const RELAY_FILE = fileURLToPath(new URL("./relay-system.ts", import.meta.url));

/**
 * The relay as `npm start` runs it: a supervisor that observes, events, tasks through the gateway's door, and two nodes with a host each.
 * On a server of its own, since that is configured for one system.
 */
export async function openStartChain(): Promise<Chain> {
  const stack = await Stack.start({ system: SYSTEM, nodes: 2, systemFile: RELAY_FILE, slots: 8_192 });
  const client = new WorkerProcess("client", LOAD);
  const close = async () => {
    await client.stop();
    await stack[Symbol.asyncDispose]();
  };
  try {
    await client.ask({ type: "join", role: "client", settings: settingsFor(stack) }, "joined");
  } catch (error) {
    await close();
    throw error;
  }
  return { measure: (load) => measure(stack, client, load), close };
}

async function measure(stack: Stack, client: WorkerProcess, load: Load): Promise<Measured> {
  const { server, supervisor, gateway, nodes, core, subjects } = stack;
  const stream = subjects.logStream(0);
  const probes = {
    server: () => usageOf(server.pid),
    supervisor: () => usageOf(supervisor.pid),
    gateway: () => usageOf(gateway.pid),
    ...Object.fromEntries(nodes.map((node) => [node.name, () => usageOfNode(node)])),
    client: () => client.usage(),
  };
  const before = await sizeOf(core, stream);
  const measured = await measureLoad(client, load, probes);
  const after = await sizeOf(core, stream);
  const messages = after.messages - before.messages;
  // The janitor may have taken finished tasks away meanwhile.
  const bytesPerRecord = messages > 0 ? (after.bytes - before.bytes) / messages : undefined;
  return { ...measured, bytesPerRecord };
}

function settingsFor({ server, subjects }: Stack): ChainSettings {
  return {
    chain: "start",
    natsUrl: server.url,
    seed: server.seedOf("supervisor"),
    inboxPrefix: PLACE_OF_USER.supervisor.inboxPrefix,
    system: subjects.system,
    version: RELAY_VERSION,
    hopKeys: {},
    slots: 1,
  };
}

/** A node and its hosts together. */
async function usageOfNode(node: PartProcess): Promise<Usage | undefined> {
  const parts = await Promise.all([node.pid, ...(await hostsOf(node.pid))].map(usageOf));
  return parts.reduce((sum, part) =>
    sum && part ? { cpuMs: sum.cpuMs + part.cpuMs, rssBytes: sum.rssBytes + part.rssBytes } : undefined,
  );
}
