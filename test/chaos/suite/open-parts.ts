import { LinkProxy } from "../../support/link-proxy.ts";
import { PartProcess } from "../../support/part-process.ts";
import type { Clocks } from "./clocks.ts";
import type { Part } from "./part.ts";
import type { PartReports } from "./part-reports.ts";
import type { SecretSearch } from "./secret-search.ts";
import type { Store } from "./store.ts";

export const SYSTEM = "chaos";
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

const reach = (url: string): string[] => ["--nats", url, "--system", SYSTEM];

/** The processes, not started yet, each with its own link to the store. */
export async function openParts(
  store: Store,
  { secrets, reports, clocks }: Watched,
  opened: AsyncDisposableStack,
): Promise<Parts> {
  const part = async (name: string, argsAt: (url: string) => string[], main?: string): Promise<Part> => {
    const link = opened.use(await LinkProxy.start(() => store.target()));
    const hear = (text: string) => {
      secrets.look(`the log of ${name}`, text);
      reports.hear(name, text);
    };
    const process = new PartProcess(name, argsAt(link.url), { main, hear, env: await clocks?.environment(name) });
    opened.defer(() => process.stop());
    return { name, process, link };
  };
  const supervisor = (id: string) => {
    const { main, args } = store.supervisor(id);
    return part(id, (url) => [...args, ...reach(url)], main);
  };
  const gateway = (id: string) =>
    part(id, (url) => ["gateway", ...reach(url), ...store.keysOf("gateway"), "--port", "0"]);
  const node = (id: string) =>
    part(id, (url) => ["node", ...reach(url), ...store.keysOf({ node: id }), "--name", id, "--slots", "512"]);
  return {
    supervisors: await inTurn(SUPERVISORS, supervisor),
    gateways: await inTurn(GATEWAYS, gateway),
    nodes: await inTurn(NODES, node),
  };
}

async function inTurn<T>(names: readonly string[], make: (name: string) => Promise<T>): Promise<readonly T[]> {
  const made: T[] = [];
  for (const name of names) made.push(await make(name));
  return made;
}
