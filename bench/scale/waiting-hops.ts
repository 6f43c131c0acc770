import { atMost, type Figure } from "./finding.ts";
import { OneRoleBed } from "./one-role-bed.ts";

const MEBIBYTE = 1_048_576;
/** Until the code is compiled and everything that grows once has grown. */
const WARM_UP_HOPS = 5_000;
const SLOTS = 256;

/** What waiting hops leave in a host's memory: nothing, since a waiting hop is in the log alone. */
export async function waitingHops(hops: number): Promise<readonly Figure[]> {
  await using bed = await OneRoleBed.open();
  await bed.resize(1, SLOTS);
  await bed.startWaiting(WARM_UP_HOPS);
  const before = await bed.hostHeapBytes();
  const beganMs = performance.now();
  await bed.startWaiting(hops);
  const seconds = (performance.now() - beganMs) / 1_000;
  const growth = ((await bed.hostHeapBytes()) - before) / MEBIBYTE;
  return [
    {
      what: `heap of a host after ${hops} more hops began to wait`,
      value: growth,
      unit: "MiB",
      goal: atMost(1, "MiB", growth),
    },
    { what: "hops that began to wait, a second", value: hops / seconds, unit: "/s" },
  ];
}
