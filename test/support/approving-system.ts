/** Roles that ask people before they act; the act is a line in a file that the task names, so that everybody can count how often it was done. */
import { appendFile } from "node:fs/promises";
import { agent, tool } from "@troupe/agents";
import { actor, complete, defineSystem } from "@troupe/runtime";
import { z } from "zod";

/** Where hosts are killed, by role (`TROUPE_FAILPOINTS`). */
export const KILLED = {
  "k-before-wait": "before-commit",
  "k-after-wait": "after-commit",
  "k-before-claim": "before-claim",
  "k-after-claim": "after-claim",
  "k-after-step": "after-step",
} as const;

const Order = z.strictObject({
  act: z.json(),
  file: z.string(),
  rule: z
    .strictObject({
      approvals: z.int().optional(),
      approvers: z.array(z.string()).optional(),
      timeoutMs: z.int().optional(),
      onTimeout: z.union([z.enum(["deny", "escalate"]), z.strictObject({ ask: z.array(z.string()) })]).optional(),
    })
    .default({}),
});

const asking = () =>
  actor({
    accepts: Order,
    receive: async ({ act, file, rule }, ctx) => {
      const answer = await ctx.approval({ act, summary: "do it", ...rule });
      if (!answer.isApproved) return complete({ did: false, why: answer.why, by: answer.by ?? null });
      await ctx.step("act", () => appendFile(file, `${ctx.task.id}\n`), { effect: "repeat" });
      return complete({ did: true, by: [...answer.by] });
    },
  });

/** Each call of its tool is a line, with the amount. */
const buyer = agent({
  model: "fast",
  instructions: "You are the buyer.",
  to: "client",
  grants: ["WRITE"],
  tools: [
    tool({
      name: "pay",
      description: "Pays an amount",
      permission: "WRITE",
      requiresApproval: { approvers: ["leads"] },
      parameters: z.object({ amount: z.int(), file: z.string() }),
      run: async ({ amount, file }) => {
        await appendFile(file, `paid ${amount}\n`);
        return `paid ${amount}`;
      },
    }),
  ],
});

type Killed = keyof typeof KILLED;
const killedRoles = Object.keys(KILLED) as Killed[];
const ofKilled = <T>(make: () => T) =>
  Object.fromEntries(killedRoles.map((role) => [role, make()])) as Record<Killed, T>;

export default defineSystem({
  name: "approving",
  graph: {
    client: ["asker", "buyer", "editor", "caller", ...killedRoles],
    asker: ["client", "human", "escalation"],
    editor: ["client", "human"],
    caller: ["client", "human", "editor"],
    buyer: ["client", "human"],
    escalation: ["client"],
    ...ofKilled((): ["client", "human"] => ["client", "human"]),
  },
  approvals: { timeoutMs: 60_000, groups: { leads: ["lea", "lou"] } },
  roles: {
    asker: asking(),
    buyer,
    // Two people have to see what goes to the client.
    editor: actor({ approvals: { client: { approvals: 2 } }, receive: (message) => complete({ published: message }) }),
    escalation: actor({ receive: (message) => complete({ escalated: message }) }),
    caller: actor({
      approvals: { editor: { approvers: ["leads"] } },
      calls: ["editor"],
      receive: async (message, ctx) => {
        try {
          return complete({ answer: await ctx.call("editor", message) });
        } catch (error) {
          return complete({ refused: error instanceof Error ? error.message : "" });
        }
      },
    }),
    ...ofKilled(asking),
  },
});
