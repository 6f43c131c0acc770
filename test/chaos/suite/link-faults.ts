/** Links that break, in the ways in which links break. */
import type { LinkProxy } from "../../support/link-proxy.ts";
import type { Fault, Strike } from "./fault.ts";
import { victim } from "./process-faults.ts";

type Linked = "node" | "supervisor" | "gateway";

/** What is done to a link, and how often while the fault lasts; the proxy's own counts tell whether it struck. */
interface Breaking {
  readonly name: string;
  readonly holdMs: readonly [number, number];
  readonly break: (link: LinkProxy) => void;
  /** Done again and again until it is healed. */
  readonly everyMs?: number;
  /** Whether something must have been swallowed or reset. */
  readonly isCounted: boolean;
}

const BREAKINGS: readonly Breaking[] = [
  { name: "cut-off", holdMs: [1_000, 10_000], break: (link) => link.cut("up", "down"), isCounted: true },
  { name: "unheard", holdMs: [1_000, 8_000], break: (link) => link.cut("up"), isCounted: true },
  { name: "deaf", holdMs: [1_000, 8_000], break: (link) => link.cut("down"), isCounted: true },
  // Long enough for publishes to be stored, too short for anybody to notice: their answers are lost.
  { name: "answers-lost", holdMs: [50, 300], break: (link) => link.cut("down"), isCounted: false },
  { name: "slow", holdMs: [2_000, 8_000], break: (link) => link.delay(200), isCounted: false },
  { name: "flapping", holdMs: [2_000, 8_000], break: (link) => link.reset(), everyMs: 700, isCounted: true },
  {
    name: "refused",
    holdMs: [500, 6_000],
    break: (link) => {
      link.refuse();
      link.reset();
    },
    isCounted: true,
  },
];

const linkFault = (kind: Linked, breaking: Breaking): Fault => ({
  name: `${kind}-${breaking.name}`,
  struck: kind,
  holdMs: breaking.holdMs,
  async strike(bed, random): Promise<Strike> {
    const { name, link } = await victim(bed, kind, random);
    if (link.connections === 0) throw new Error(`${name} has no connection to break`);
    const before = link.swallowedBytes + link.resets;
    breaking.break(link);
    const again =
      breaking.everyMs === undefined ? undefined : setInterval(() => breaking.break(link), breaking.everyMs);
    return {
      target: name,
      async heal() {
        clearInterval(again);
        link.heal();
      },
      unseen: () =>
        breaking.isCounted && link.swallowedBytes + link.resets === before ? "nothing went over the link" : undefined,
    };
  },
});

export const LINK_FAULTS: readonly Fault[] = (["node", "supervisor", "gateway"] as const).flatMap((kind) =>
  BREAKINGS.map((breaking) => linkFault(kind, breaking)),
);
