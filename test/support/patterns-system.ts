/**
 * One of each pattern that waits for others, a workflow, and roles that escalation rules fire in, over workers in plain TypeScript, so that
 * what comes out depends on nothing but the answers: the same with and without a fault. How long the slow ones take comes with the task.
 */
import { setTimeout as timer } from "node:timers/promises";
import { debate, fanOutAndJoin, groupChat, planAndExecute, reflection, vote, workflow } from "@troupe/agents";
import { actor, type Context, complete, defineSystem, type Json, reply, TroupeError } from "@troupe/runtime";
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
    client: ["editor", "lead", "panel", "poll", "floor", "room", "board", "works", "hasty", "unsure", "careful"],
    editor: ["slow", "critic", "client"],
    lead: ["planner", "slow", "quick", "client"],
    panel: ["quick", "other", "slow", "client"],
    poll: ["voter", "late", "client"],
    floor: ["quick", "slow", "other", "client"],
    room: ["quick", "slow", "client"],
    board: ["panel", "poll", "quick", "client"],
    works: ["quick", "slow", "other", "client"],
    hasty: ["slow", "client"],
    unsure: ["client"],
    careful: ["escalation", "client"],
    escalation: ["client"],
  },
  escalationRules: {
    low_confidence: { handler: "retry" },
    too_bold: { when: "body.claims > 3", handler: "human" },
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
    works: workflow({
      ...settings,
      template: [
        { name: "plan", role: "quick", prompt: "plan" },
        {
          parallel: [
            { name: "code", role: "slow", prompt: "code" },
            { name: "text", role: "other", prompt: "text" },
          ],
        },
        { name: "check", role: "quick", prompt: "check", timeoutMs: 60_000 },
      ],
      to: "client",
    }),
    hasty: actor({
      ...settings,
      calls: ["slow"],
      receive: async (message, ctx) => {
        try {
          return complete(await ctx.call("slow", message, { timeoutMs: 500 }));
        } catch (error) {
          return complete({ failed: TroupeError.is(error) ? error.code : "unknown" });
        }
      },
    }),
    // Says the same at every run of a step, and is surer with each retry.
    unsure: actor({
      ...settings,
      receive: async (_, ctx) => {
        const confidence = await ctx.step("guess", async ({ idempotencyKey }) => {
          await timer(10);
          return Number(idempotencyKey.split("/").at(-1)) / 5;
        });
        return complete({ confidence });
      },
    }),
    careful: actor({ ...settings, receive: () => complete({ claims: 5 }) }),
    escalation: actor({ ...settings, receive: (message) => complete({ escalated: message }) }),
    quick: worker(false, text),
    other: worker(false, text),
    slow: worker(true, text),
    critic: worker(false, ({ history }) => ({ accepted: history.length >= 3, feedback: "once more" })),
    planner: worker(false, () => ({ steps: ["dig", "fill"] })),
    voter: worker(false, () => ({ choice: "keep" })),
    late: worker(true, () => ({ choice: "keep" })),
  },
});
