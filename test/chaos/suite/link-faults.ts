/** Links that break, in the ways in which links break. */
import type { Random } from "@troupe/runtime/internal";
import type { LinkProxy } from "../../support/link-proxy.ts";
import { until } from "../../support/stack.ts";
import type { Fault, Strike } from "./fault.ts";
import { type PartKind, victim } from "./process-faults.ts";

/** What is done to a link, and how often while the fault lasts. */
interface Breaking {
  readonly name: string;
  readonly holdMs: readonly [number, number];
  readonly break: (link: LinkProxy, random: Random) => void;
  /** Done again and again until it is healed. */
  readonly everyMs?: number;
}

/** A piece in this many is lost on its way and sent again, after so long; what comes behind it waits for it, as TCP has it. */
const LOST_IN = 10;
const AGAIN_MS = [200, 800] as const;
/** For so long more a link stays broken on which nothing has moved yet: a part that starts, or that nobody gives the processor, is silent for a while. */
const UNSEEN_MS = 30_000;

const BREAKINGS: readonly Breaking[] = [
  { name: "cut-off", holdMs: [1_000, 10_000], break: (link) => link.cut("up", "down") },
  { name: "unheard", holdMs: [1_000, 8_000], break: (link) => link.cut("up") },
  { name: "deaf", holdMs: [1_000, 8_000], break: (link) => link.cut("down") },
  // Long enough for what is published to be stored and its answer lost, or to be lost itself; too short for anybody to notice.
  { name: "answers-lost", holdMs: [50, 300], break: (link) => link.cut("down") },
  { name: "requests-lost", holdMs: [50, 300], break: (link) => link.cut("up") },
  { name: "slow", holdMs: [2_000, 8_000], break: (link) => link.late(() => 200) },
  { name: "stalled", holdMs: [1_000, 8_000], break: (link) => link.stall() },
  {
    name: "lossy",
    holdMs: [2_000, 8_000],
    break: (link, random) => link.late(() => (random.unit() < 1 / LOST_IN ? oneFrom(AGAIN_MS, random) : 0)),
  },
  { name: "flapping", holdMs: [2_000, 8_000], break: (link) => link.reset(), everyMs: 700 },
  {
    name: "refused",
    holdMs: [500, 6_000],
    break: (link) => {
      link.refuse();
      link.reset();
    },
  },
];

const oneFrom = ([from, to]: readonly [number, number], random: Random): number => from + random.unit() * (to - from);

/** What the proxy has done to a link: it grows while a fault strikes. */
const harmTo = ({ swallowedBytes, lateBytes, resets }: LinkProxy): number => swallowedBytes + lateBytes + resets;

const linkFault = (kind: PartKind, breaking: Breaking): Fault => ({
  name: `${kind}-${breaking.name}`,
  struck: kind,
  holdMs: breaking.holdMs,
  async strike(bed, random): Promise<Strike> {
    const { name, link } = await victim(bed, kind, random);
    if (link.connections === 0) throw new Error(`${name} has no connection to break`);
    const before = harmTo(link);
    let harm = 0;
    breaking.break(link, random);
    const again =
      breaking.everyMs === undefined ? undefined : setInterval(() => breaking.break(link, random), breaking.everyMs);
    return {
      target: name,
      async heal() {
        await until("the link to have harmed something", UNSEEN_MS, async () => harmTo(link) > before).catch(
          () => undefined,
        );
        harm = harmTo(link) - before; // healing resets as well
        clearInterval(again);
        link.heal();
      },
      unseen: () => (harm > 0 ? undefined : "nothing went over the link"),
    };
  },
});

export const LINK_FAULTS: readonly Fault[] = (["node", "supervisor", "gateway"] as const).flatMap((kind) =>
  BREAKINGS.map((breaking) => linkFault(kind, breaking)),
);
