/**
 * One of each pattern that waits for others, over workers in plain TypeScript, so that what comes out depends on nothing but the answers:
 * the same with and without a fault. How long the slow ones take comes with the task.
 */
import { setTimeout as timer } from "node:timers/promises";
import { debate, fanOutAndJoin, groupChat, planAndExecute, reflection, vote } from "@troupe/agents";
import { actor, type Context, defineSystem, type Json, reply } from "@troupe/runtime";
import { z } from "zod";

/** What a task brings. */
export const PatternInput = z.strictObject({ slowMs: z.int().min(0).max(60_000) });

const Message = z.object({
  input: PatternInput,
  history: z.array(z.object({ role: z.string(), content: z.json() })).default([]),
  note: z.string().optional(),
});
type Message = z.infer<typeof Message>;

const settings = { concurrency: 16 };

/** Works in one recorded step; what it says follows from what was said before. */
const worker = (isSlow: boolean, say: (message: Message, ctx: Context) => Json) =>
  actor({
    ...settings,
    accepts: Message,
    receive: async (message, ctx) => {
      const said = await ctx.step("work", async ({ signal }) => {
        await timer(isSlow ? message.input.slowMs : 10, undefined, { signal });
        return say(message, ctx);
      });
      return reply(said);
    },
  });

const text = ({ history, note }: Message, { role }: Context): Json =>
  `${role}, ${note ?? "unasked"}, after ${history.map((turn) => turn.role).join(", ") || "nobody"}`;

export default defineSystem({
  name: "patterns",
  graph: {
    client: ["editor", "lead", "panel", "poll", "floor", "room", "board"],
    editor: ["slow", "critic", "client"],
    lead: ["planner", "slow", "quick", "client"],
    panel: ["quick", "other", "slow", "client"],
    poll: ["voter", "late", "client"],
    floor: ["quick", "slow", "other", "client"],
    room: ["quick", "slow", "client"],
    board: ["panel", "poll", "quick", "client"],
  },
  roles: {
    editor: reflection({ ...settings, writer: "slow", critic: "critic", to: "client" }),
    lead: planAndExecute({ ...settings, planner: "planner", executor: "slow", writer: "quick", to: "client" }),
    panel: fanOutAndJoin({ ...settings, workers: ["quick", "other", "slow"], to: "client" }),
    poll: vote({ ...settings, voters: ["voter", "late"], rule: "unanimous", to: "client" }),
    floor: debate({ ...settings, debaters: ["quick", "slow"], judge: "other", to: "client" }),
    room: groupChat({ ...settings, speakers: ["quick", "slow"], maxTurns: 4, to: "client" }),
    // Patterns are roles: they can be asked like any other.
    board: fanOutAndJoin({ ...settings, workers: ["panel", "poll"], joiner: "quick", to: "client" }),
    quick: worker(false, text),
    other: worker(false, text),
    slow: worker(true, text),
    critic: worker(false, ({ history }) => ({ accepted: history.length >= 3, feedback: "once more" })),
    planner: worker(false, () => ({ steps: ["dig", "fill"] })),
    voter: worker(false, () => ({ choice: "keep" })),
    late: worker(true, () => ({ choice: "keep" })),
  },
});
