import { createLogger, openLink, PLACE_OF_USER, startEmbeddedServer } from "@troupe/runtime/internal";
import type { Chain, Measured } from "./chain.ts";
import type { Sample } from "./measurement.ts";
import { CHAINS, type ChainName, type Load } from "./messages.ts";
import { openRoleChain } from "./role-chain.ts";
import type { BenchSettings, Variant } from "./settings.ts";
import { openStartChain } from "./start-chain.ts";

export const SYSTEM = "bench";

/** These have the same subjects as the plain chain, so they need a server of their own. */
const OWN_SERVER: ReadonlySet<ChainName> = new Set(["accounts", "traced", "fan-out"]);

/** The servers and processes of every chain that is measured; they stay up for all rounds, so that each finds a warm machine. */
export interface Bed {
  /** What the figures were measured on. */
  readonly about: Readonly<Record<string, string>>;
  measure(variant: Variant, load: Load, round: number): Promise<Sample>;
  /** Ends every process and removes the stores. */
  close(): Promise<void>;
}

export async function openBed({ variants, profileDir }: Pick<BenchSettings, "variants" | "profileDir">): Promise<Bed> {
  const opened = new AsyncDisposableStack();
  try {
    const { server, link } = await openServer(opened);
    const chains = new Map<ChainName, Chain>();
    for (const name of CHAINS.filter((c) => variants.some((v) => v.chain === c))) {
      const place = OWN_SERVER.has(name) ? await openServer(opened) : { server, link };
      const ground = { ...place, system: SYSTEM, profileDir };
      const chain = await (name === "start" ? openStartChain() : openRoleChain(name, ground));
      opened.defer(() => chain.close());
      chains.set(name, chain);
    }
    return {
      about: { natsServer: link.nc.info?.version ?? "?" },
      measure: (variant, load, round) => measure(chains.get(variant.chain), variant, load, round),
      close: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** A server of the benchmark's own and a connection with all rights; both end with `opened`. */
export async function openServer(opened: AsyncDisposableStack) {
  const logger = createLogger({ name: "bench", level: "warn" });
  const server = await startEmbeddedServer({ system: SYSTEM, env: process.env, logger });
  opened.defer(() => server.stop());
  const { inboxPrefix } = PLACE_OF_USER.supervisor;
  const seed = server.seedOf("supervisor");
  const link = await openLink({ servers: server.url, name: "bench", seed, inboxPrefix, logger });
  opened.defer(() => link.close());
  return { server, link };
}

async function measure(chain: Chain | undefined, variant: Variant, load: Load, round: number): Promise<Sample> {
  if (!chain) throw new RangeError(`chain ${variant.chain} is not open`);
  const measured = await chain.measure(load);
  const { bytesPerRecord } = measured;
  const bytesPerTask = bytesPerRecord === undefined ? undefined : bytesPerRecord * variant.recordsPerTask;
  return { ...sampleOf(variant.id, load, round, measured), bytesPerTask };
}

/** What was measured of a variant, per second and by process. */
export function sampleOf(
  variant: string,
  load: Load,
  round: number,
  { result, processes }: Pick<Measured, "result" | "processes">,
): Sample {
  const pick = (key: "cores" | "rssBytes") =>
    Object.fromEntries(Object.entries(processes).map(([name, window]) => [name, window[key]]));
  return {
    variant,
    inFlight: load.inFlight,
    round,
    tasksPerSecond: (result.finished * 1_000) / result.elapsedMs,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpu: pick("cores"),
    rssBytes: pick("rssBytes"),
  };
}
