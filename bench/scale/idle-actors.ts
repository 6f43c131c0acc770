import { setTimeout as timer } from "node:timers/promises";
import { atMost, type Figure } from "./finding.ts";
import { OneRoleBed } from "./one-role-bed.ts";

const KIBIBYTE = 1_024;
const IN_FLIGHT = 64;
const MEASURE_MS = 5_000;

/** What idle actors cost a host and the server, and whether a thousand of them carry as much as one with as many slots. */
export async function idleActors(actors: number): Promise<readonly Figure[]> {
  await using bed = await OneRoleBed.open();
  await bed.resize(1, actors);
  const one = await bed.load(IN_FLIGHT, MEASURE_MS);
  const before = await bed.hostUsage();
  await bed.resize(actors, 1);
  await bed.load(IN_FLIGHT, MEASURE_MS);
  const many = await bed.load(IN_FLIGHT, MEASURE_MS);
  const after = await bed.hostUsage();
  const perActor = (key: "heapBytes" | "rssBytes") =>
    ((after[key] ?? Number.NaN) - (before[key] ?? Number.NaN)) / (actors - 1) / KIBIBYTE;
  const idle = await idleCores(bed);
  const rates = [one, many].map(({ finished, elapsedMs }) => (finished * 1_000) / elapsedMs);
  const [alone = 0, together = 0] = rates;
  const heap = perActor("heapBytes");
  return [
    { what: `heap of one of ${actors} idle actors`, value: heap, unit: "KiB", goal: atMost(50, "KiB", heap) },
    { what: `resident memory of one of ${actors} idle actors`, value: perActor("rssBytes"), unit: "KiB" },
    { what: `cores that ${actors} idle actors take of the host`, value: idle.host, unit: "" },
    { what: `cores that ${actors} idle actors take of nats-server`, value: idle.server, unit: "" },
    { what: `tasks/s, ${IN_FLIGHT} in flight: 1 actor with ${actors} slots`, value: alone, unit: "/s" },
    { what: `tasks/s, ${IN_FLIGHT} in flight: ${actors} actors with 1 slot`, value: together, unit: "/s" },
    { what: "ratio of the two", value: together / alone, unit: "" },
  ];
}

async function idleCores(bed: OneRoleBed) {
  const usages = () => Promise.all([bed.hostUsage(), bed.serverUsage()]);
  const [hostBefore, serverBefore] = await usages();
  const beganMs = performance.now();
  await timer(MEASURE_MS);
  const [hostAfter, serverAfter] = await usages();
  const elapsedMs = performance.now() - beganMs;
  const share = (from = Number.NaN, to = Number.NaN) => (to - from) / elapsedMs;
  return {
    host: share(hostBefore.cpuMs, hostAfter.cpuMs),
    server: share(serverBefore?.cpuMs, serverAfter?.cpuMs),
  };
}
