/**
 * `npm run bench:peers`: the relay of `npm run bench` on Troupe and on other systems, side by side on this machine (docs/benchmarks.md). The
 * others are installed from package registries into a temporary folder.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { messageOf } from "@troupe/runtime/internal";
import type { Sample } from "./measurement.ts";
import { autogen } from "./peers/autogen/peer.ts";
import { bullmq } from "./peers/bullmq/peer.ts";
import { type Contestant, openOwn, openPeer, type Skipped } from "./peers/contestant.ts";
import type { Peer } from "./peers/peer.ts";
import { restate } from "./peers/restate/peer.ts";
import { type PeerSettings, parsePeerSettings, usageOfPeers } from "./peers/settings.ts";
import { peerTable } from "./peers/table.ts";
import { temporal } from "./peers/temporal/peer.ts";
import { benchResult } from "./result.ts";
import { shuffled } from "./shuffled.ts";

const PEERS: readonly Peer[] = [bullmq, restate, temporal, autogen];
const IDS = PEERS.map(({ id }) => id);
const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** Rounds of all, each in another order. Round -1 primes; who breaks in it is left out, and told. */
async function measureAll(given: readonly Contestant[], { rounds, primeMs, load }: PeerSettings) {
  const samples: Sample[] = [];
  const broken: Skipped[] = [];
  let contestants = given;
  for (const one of given) {
    note(`priming ${one.id}`);
    await one.measure({ ...load, measureMs: primeMs }, -1).catch((error: unknown) => {
      const reason = messageOf(error);
      note(`${one.id} skipped: ${reason}`);
      broken.push({ id: one.id, title: one.title, reason });
      contestants = contestants.filter((other) => other !== one);
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { id, measure } of shuffled(contestants)) {
      const sample = await measure(load, round);
      samples.push(sample);
      const { tasksPerSecond, p50Ms } = sample;
      note(`round ${round + 1}/${rounds}: ${id} ${Math.round(tasksPerSecond)} tasks/s, p50 ${p50Ms.toFixed(1)} ms`);
    }
  }
  return { contestants, samples, broken };
}

/** In the folder that was asked for, or in one that goes with `opened`. */
async function folderOf({ folder }: PeerSettings, opened: AsyncDisposableStack): Promise<string> {
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    return resolve(folder);
  }
  const temporary = await mkdtemp(join(tmpdir(), "troupe-peers-"));
  opened.defer(() => rm(temporary, { recursive: true, force: true }));
  return temporary;
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const settings = parsePeerSettings(args, IDS);
  if (settings === "help") return console.log(usageOfPeers(IDS));
  await using opened = new AsyncDisposableStack();
  const folder = await folderOf(settings, opened);
  const contestants = [...(await openOwn(opened))];
  const skipped: Skipped[] = [];
  for (const peer of PEERS.filter(({ id }) => settings.only?.has(id) !== false)) {
    note(`installing and starting ${peer.id}`);
    const found = await openPeer(peer, folder, opened);
    if ("reason" in found) {
      note(`${peer.id} skipped: ${found.reason}`);
      skipped.push(found);
    } else contestants.push(found);
  }
  const measured = await measureAll(contestants, settings);
  const { samples } = measured;
  skipped.push(...measured.broken);
  const tables = peerTable(measured.contestants, skipped, samples);
  const result = benchResult("bench:peers", args, tables, { samples, skipped });
  if (settings.isJson) console.log(JSON.stringify(result, undefined, 1));
  else console.log(`${JSON.stringify(result.machine)}\n\n${tables}`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
