import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EmbeddedServer } from "@troupe/runtime/internal";
import { LinkProxy } from "../../support/link-proxy.ts";
import { PartProcess } from "../../support/part-process.ts";
import type { Clocks } from "./clocks.ts";
import type { Part } from "./part.ts";
import type { PartReports } from "./part-reports.ts";
import type { SecretSearch } from "./secret-search.ts";

const SUPERVISOR_MAIN = fileURLToPath(import.meta.resolve("@troupe/supervisor/main"));
export const NODES = ["node-1", "node-2", "node-3"];
const SUPERVISORS = ["s1", "s2", "s3"];
const GATEWAYS = ["gateway-1", "gateway-2"];

/** What is made of what parts say, and of what they take for the time. */
export interface Watched {
  readonly secrets: SecretSearch;
  readonly reports: PartReports;
  readonly clocks: Clocks | undefined;
}

export interface Parts {
  readonly nodes: readonly Part[];
  readonly supervisors: readonly Part[];
  readonly gateways: readonly Part[];
}

const reach = (url: string): string[] => ["--nats", url, "--system", "chaos"];

/** The processes, not started yet, each with its own link to the server. */
export async function openParts(
  server: EmbeddedServer,
  { secrets, reports, clocks }: Watched,
  opened: AsyncDisposableStack,
): Promise<Parts> {
  const part = async (name: string, argsAt: (url: string) => string[], main?: string): Promise<Part> => {
    const link = opened.use(await LinkProxy.start(() => new URL(server.url)));
    const hear = (text: string) => {
      secrets.look(`the log of ${name}`, text);
      reports.hear(name, text);
    };
    const process = new PartProcess(name, argsAt(link.url), { main, hear, env: await clocks?.environment(name) });
    opened.defer(() => process.stop());
    return { name, process, link };
  };
  const withKeys = (url: string) => [...reach(url), "--keys", join(server.storeDir, "keys.json")];
  const seed = ["--seed", server.seedOf("supervisor")];
  const supervise = (id: string) => (url: string) => [...reach(url), ...seed, "--id", id];
  return {
    supervisors: await inTurn(SUPERVISORS, (id) => part(id, supervise(id), SUPERVISOR_MAIN)),
    gateways: await inTurn(GATEWAYS, (id) => part(id, (url) => ["gateway", ...withKeys(url), "--port", "0"])),
    nodes: await inTurn(NODES, (id) => part(id, (url) => ["node", ...withKeys(url), "--name", id, "--slots", "512"])),
  };
}

async function inTurn<T>(names: readonly string[], make: (name: string) => Promise<T>): Promise<readonly T[]> {
  const made: T[] = [];
  for (const name of names) made.push(await make(name));
  return made;
}
