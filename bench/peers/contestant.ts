import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@troupe/runtime/internal";
import { openBed, sampleOf } from "../bed.ts";
import { measureLoad } from "../chain.ts";
import type { Sample } from "../measurement.ts";
import type { Load } from "../messages.ts";
import { VARIANTS } from "../settings.ts";
import type { Peer } from "./peer.ts";

/** One system beside the others. */
export interface Contestant {
  readonly id: string;
  readonly title: string;
  readonly keeps: string;
  readonly measure: (load: Load, round: number) => Promise<Sample>;
}

/** One that cannot be measured here. */
export interface Skipped {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
}

/** What the others are compared with. */
export const OURS = "troupe-start";
const OWN: ReadonlySet<string> = new Set([OURS, "troupe"]);
const KEEPS = "each message, in JetStream's file store, not synced with each";

/** Troupe's own two: as `npm start` runs it, and the protocol alone. */
export async function openOwn(opened: AsyncDisposableStack): Promise<readonly Contestant[]> {
  const variants = VARIANTS.filter(({ id }) => OWN.has(id));
  const bed = await openBed({ variants });
  opened.defer(() => bed.close());
  return variants.map((variant) => ({
    id: variant.id,
    title: variant.title,
    keeps: KEEPS,
    measure: (load, round) => bed.measure(variant, load, round),
  }));
}

/** Installs and starts a peer, and lets it carry a few tasks. Whatever keeps it from that is told. */
export async function openPeer(
  peer: Peer,
  folder: string,
  opened: AsyncDisposableStack,
): Promise<Contestant | Skipped> {
  const { id, title, keeps } = peer;
  const own = new AsyncDisposableStack();
  try {
    await peer.install(join(folder, id));
    const store = join(folder, `${id}-store-${process.pid}`);
    await mkdir(store, { recursive: true });
    own.defer(() => rm(store, { recursive: true, force: true }));
    const { client, probes } = await peer.open({ folder: join(folder, id), store, opened: own });
    const measure = async (load: Load, round: number) =>
      sampleOf(id, load, round, await measureLoad(client, load, probes));
    opened.use(own);
    return { id, title, keeps, measure };
  } catch (error) {
    await own.disposeAsync();
    return { id, title, reason: messageOf(error) };
  }
}
