/** A payment that a person approves, a letter that does not go out before somebody has read it, and a delivery that a person mends. */
import { actor, complete, defineSystem, fail } from "@troupe/runtime";
import { z } from "zod";

const Payment = z.strictObject({ to: z.string().max(200), amount: z.number().positive() });

/** Asks by itself: the act is what is paid to whom, and nothing else is done. */
const payer = actor({
  accepts: Payment,
  receive: async (payment, ctx) => {
    const answer = await ctx.approval({
      act: { pay: payment },
      summary: `pay ${payment.amount} to ${payment.to}`,
      timeoutMs: 600_000,
    });
    if (!answer.isApproved) return complete({ paid: false, why: answer.why, reason: answer.reason ?? null });
    const receipt = await ctx.step("pay", ({ idempotencyKey }) => `paid under ${idempotencyKey}`);
    return complete({ paid: true, receipt, approvedBy: [...answer.by] });
  },
});

/** Knows nothing of approvals: the graph says that what it answers has to be read first. */
const writer = actor({
  accepts: z.string(),
  approvals: { client: {} },
  receive: (about) => complete({ letter: `Dear customer, about ${about}: we are on it.` }),
});

/** Delivers to addresses that it knows; what it cannot do waits at the dead-letter desk. */
const courier = actor({
  accepts: z.strictObject({ address: z.string() }),
  receive: ({ address }) =>
    address.endsWith("Street")
      ? complete({ delivered: address })
      : fail({ code: "tool_failed", message: `no such street: ${address}` }),
});

export default defineSystem({
  name: "approvals",
  graph: {
    client: ["payer", "writer", "courier"],
    payer: ["client", "human"],
    writer: ["client", "human"],
    courier: ["client"],
  },
  deadLetters: "park",
  approvals: { timeoutMs: 3_600_000, onTimeout: "deny" },
  roles: { payer, writer, courier },
});
