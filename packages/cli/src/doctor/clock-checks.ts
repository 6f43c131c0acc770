import { type Clock, messageOf } from "@troupe/runtime";
import { callService, type Link, parseTimeMs, Subjects } from "@troupe/runtime/internal";
import { z } from "zod";
import { type Check, type Finding, failed, ok, skipped, warning } from "./check.ts";
import { streamInfo } from "./stream-info.ts";

const WARNING_MS = 2_000;
const FAILURE_MS = 60_000;

/** How far a clock is from the server's, ms; positive = ahead. */
export interface ClockSkew {
  /** `this machine`, `node-1`. */
  readonly whose: string;
  readonly skewMs: number;
}

/** Judges clocks by their distance from the server's; the worst decides. */
export function judgeClocks(skews: readonly ClockSkew[]): Finding {
  const worst = skews.toSorted((a, b) => Math.abs(b.skewMs) - Math.abs(a.skewMs))[0];
  if (!worst) return skipped("no clock to compare");
  const off = Math.abs(worst.skewMs);
  const text = `${worst.whose}: ${Math.round(off)} ms ${worst.skewMs < 0 ? "behind" : "ahead of"} the server`;
  if (off <= WARNING_MS) return ok(skews.length === 1 ? text : `${skews.length} clocks; furthest off ${text}`);
  const advice = {
    why: "deadlines of people cross machines, credentials are valid from a time on, and records are ordered by eye",
    remedy: `synchronise the clock of ${worst.whose} (chrony, systemd-timesyncd)`,
  };
  return off > FAILURE_MS ? failed(text, advice) : warning(text, advice);
}

/** This machine's distance from the server's clock. */
export async function skewHere(link: Link, system: string, clock: Clock): Promise<number> {
  const before = clock.nowMs();
  const { ts } = await streamInfo(link, new Subjects(system).logStream(0));
  return (before + clock.nowMs()) / 2 - Date.parse(ts);
}

/** This machine's clock against the server's. */
export const clockCheck = (link: Link, system: string, clock: Clock): Check => ({
  name: "clock",
  run: async () => judgeClocks([{ whose: "this machine", skewMs: await skewHere(link, system, clock) }]),
});

const Nodes = z.looseObject({ nodes: z.array(z.looseObject({ node: z.string(), status: z.string() })) });
const Probed = z.looseObject({ at: z.string().optional() });
const PROBE_MS = 2_000;

/** The clocks of all nodes that are up against the server's, as they say themselves what time it is. */
export function nodeClocksCheck(link: Link, system: string, clock: Clock): Check {
  const subjects = new Subjects(system);
  const skewOf = async (node: string, hereMs: number): Promise<ClockSkew | undefined> => {
    const before = clock.nowMs();
    const answer = await callService(link, subjects.node(node, "probe"), undefined, {
      timeoutMs: PROBE_MS,
      ifLost: "unavailable",
    });
    const { at } = Probed.parse(answer);
    // Nodes of an older version do not say.
    return at === undefined
      ? undefined
      : { whose: node, skewMs: parseTimeMs(at) - (before + clock.nowMs()) / 2 + hereMs };
  };
  return {
    name: "node clocks",
    run: async () => {
      const listed = await callService(link, subjects.supervisor("nodes"), undefined, { ifLost: "unavailable" });
      const up = Nodes.parse(listed).nodes.filter(({ status }) => status === "up");
      if (up.length === 0) return skipped("no node is up");
      const hereMs = await skewHere(link, system, clock);
      const asked = await Promise.allSettled(up.map(({ node }) => skewOf(node, hereMs)));
      const mute = asked.flatMap((one, i) =>
        one.status === "rejected" ? [`${up[i]?.node}: ${messageOf(one.reason)}`] : [],
      );
      if (mute.length > 0)
        return warning(`${mute.length} of ${up.length} nodes do not say what time it is: ${mute.join("; ")}`, {
          why: "a node that counts as up and does not answer is hung, or cut off from here",
          remedy: "`troupe nodes`; look at the node's log, restart it if it stays mute",
        });
      return judgeClocks(asked.flatMap((one) => (one.status === "fulfilled" && one.value ? [one.value] : [])));
    },
  };
}
