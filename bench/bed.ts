import {
  createLogger,
  type EmbeddedServer,
  type Link,
  openLink,
  PLACE_OF_USER,
  Subjects,
  startEmbeddedServer,
  type UserName,
} from "@troupe/runtime/internal";
import { Chain } from "./chain.ts";
import { purge, sizeOf } from "./jetstream-api.ts";
import type { Sample } from "./measurement.ts";
import { CHAINS, type ChainName, type ChainSettings, type Load } from "./messages.ts";
import { RELAY_VERSION } from "./relay.ts";
import { createRelayStream, relayHopKeys } from "./relay-stream.ts";
import { usageOf } from "./server-usage.ts";
import type { BenchSettings, Variant } from "./settings.ts";

/** Messages that a role takes at once: more than the highest usual level, with all tasks at one role. */
const SLOTS = 512;

/** The system whose accounts the server is configured with; the raw chain's stream lies beside it. */
const SYSTEM = "bench";

/** A server with the processes of every chain that is measured; they stay up for all rounds, so that each finds a warm machine. */
export interface Bed {
  /** What the figures were measured on. */
  readonly about: Readonly<Record<string, string>>;
  measure(variant: Variant, load: Load, round: number): Promise<Sample>;
  /** Ends every process and removes the store. */
  close(): Promise<void>;
}

export async function openBed(settings: BenchSettings): Promise<Bed> {
  const opened = new AsyncDisposableStack();
  try {
    const logger = createLogger({ name: "bench", level: "warn" });
    const server = await startEmbeddedServer({ system: SYSTEM, env: process.env, logger });
    opened.defer(() => server.stop());
    const link = await openLink({ servers: server.url, name: "bench", ...userOf(server, "supervisor"), logger });
    opened.defer(() => link.close());
    const chains = new Map<ChainName, Chain>();
    for (const name of CHAINS.filter((c) => settings.variants.some((v) => v.chain === c))) {
      const chain = await openChain(name, server, link, settings.profileDir);
      opened.defer(() => chain.close());
      chains.set(name, chain);
    }
    return {
      about: { natsServer: link.nc.info?.version ?? "?" },
      measure: (variant, load, round) => measure(chains.get(variant.chain), variant, load, round, link, server.pid),
      close: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

const systemOf = (chain: ChainName): string => (chain === "raw" ? `${SYSTEM}-raw` : SYSTEM);

const userOf = (server: EmbeddedServer, user: UserName) => ({
  seed: server.seedOf(user),
  inboxPrefix: PLACE_OF_USER[user].inboxPrefix,
});

async function openChain(name: ChainName, server: EmbeddedServer, link: Link, profileDir?: string): Promise<Chain> {
  const subjects = new Subjects(systemOf(name));
  if (name !== "core") await createRelayStream(link, subjects);
  const base = {
    chain: name,
    natsUrl: server.url,
    system: subjects.system,
    version: RELAY_VERSION,
    hopKeys: relayHopKeys(),
    slots: SLOTS,
  };
  const client: ChainSettings = { ...base, ...userOf(server, "supervisor") };
  // Troupe's roles have a host's rights and pay for their checks; the raw chains' subjects are nobody's.
  const roles: ChainSettings = name === "hop" ? { ...base, ...userOf(server, "host") } : client;
  return Chain.open({ client, roles }, profileDir);
}

async function measure(
  chain: Chain | undefined,
  variant: Variant,
  load: Load,
  round: number,
  link: Link,
  serverPid: number,
): Promise<Sample> {
  if (!chain) throw new RangeError(`chain ${variant.chain} is not open`);
  const { result, processes } = await chain.measure(load, { server: () => usageOf(serverPid) });
  const stream = variant.recordsPerTask > 0 ? new Subjects(systemOf(variant.chain)).logStream(0) : undefined;
  const pick = (key: "cores" | "rssBytes") =>
    Object.fromEntries(Object.entries(processes).map(([name, window]) => [name, window[key]]));
  return {
    variant: variant.id,
    inFlight: load.inFlight,
    round,
    tasksPerSecond: (result.finished * 1_000) / result.elapsedMs,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpu: pick("cores"),
    rssBytes: pick("rssBytes"),
    bytesPerTask: stream === undefined ? undefined : await bytesPerTask(link, stream, variant.recordsPerTask),
  };
}

/** Reads what the window's tasks took in the store, and empties it: no measurement pays for the records of another. */
async function bytesPerTask(link: Link, stream: string, recordsPerTask: number): Promise<number | undefined> {
  const { bytes, messages } = await sizeOf(link, stream);
  await purge(link, stream);
  return messages > 0 ? (bytes / messages) * recordsPerTask : undefined;
}
