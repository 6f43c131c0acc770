import type { Fault, Strike } from "./fault.ts";
import { type PartKind, victim } from "./process-faults.ts";

const HOUR_S = 3_600;
/** By so much a clock may be off and is still what it was set to. */
const ROUGHLY_MS = 60_000;

/** A part's clock is an hour ahead or back, or some seconds, and then right again. */
export const clockJumped = (kind: PartKind): Fault => ({
  name: `${kind}-clock-jumped`,
  struck: kind,
  holdMs: [4_000, 10_000],
  needs: "faketime",
  async strike(bed, random): Promise<Strike> {
    const part = await victim(bed, kind, random);
    const { clocks, reports } = bed;
    if (clocks === undefined) throw new Error("clocks cannot be set here");
    const aheadS = (random.unit() < 0.5 ? -1 : 1) * (random.unit() < 0.5 ? HOUR_S : 90);
    await clocks.set(part.name, aheadS);
    let offMs = 0;
    return {
      target: part.name,
      async heal() {
        offMs = (await reports.ask(part)).nowMs - Date.now();
        await clocks.set(part.name, 0);
      },
      unseen: () =>
        Math.abs(offMs - aheadS * 1_000) < ROUGHLY_MS ? undefined : `its clock was off by ${offMs} ms, not ${aheadS} s`,
    };
  },
});
