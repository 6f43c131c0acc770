/** Escalation rules: built-in ones changed, and rules of one's own, as expressions and as a function. */
import { actor, complete, defineSystem, type Json } from "@troupe/runtime";

/** Says how sure it is: of short questions it is, of long ones it is not; of `again` it is surer with every attempt. */
const adviser = actor({
  receive: async (message, ctx) => {
    const question = typeof message === "string" ? message : JSON.stringify(message);
    const confidence = await ctx.step("think", ({ idempotencyKey }) => {
      if (question === "again") return Number(idempotencyKey.split("/").at(-1)) / 5;
      return question.length > 40 ? 0.4 : 0.95;
    });
    return complete({ advice: `Sleep on it: ${question}`, confidence });
  },
});

const desk = actor({ receive: (message) => complete({ escalated: message satisfies Json }) });

export default defineSystem({
  name: "escalation",
  graph: { client: ["adviser"], adviser: ["desk", "client"], desk: ["client"] },
  // No edge to `human` here: what needs a person goes to this role.
  escalation: "desk",
  escalationRules: {
    // Try three more times before anybody is bothered.
    low_confidence: { handler: "retry" },
    error_rate: false,
    too_long: {
      when: 'outcome == "complete" and "essay" in message',
      handler: "human",
      severity: "info",
      message: "{role} was asked for an essay",
    },
    shouting: {
      when: ({ message }) => typeof message === "string" && message.length > 3 && message === message.toUpperCase(),
      handler: "abort",
      severity: "error",
      message: "nobody here is shouted at",
    },
  },
  roles: { adviser, desk },
});
