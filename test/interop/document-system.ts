/** What the whole HTTP document is tried out on: a role that answers, one that asks people first, and one whose messages end at the desk. */
import { actor, complete, defineSystem, escalate } from "@troupe/runtime";

export default defineSystem({
  name: "document",
  graph: { client: ["echo", "asks", "fails"], echo: ["client"], asks: ["client", "human"], fails: ["client"] },
  deadLetters: "park",
  approvals: { timeoutMs: 600_000 },
  roles: {
    echo: actor({ concurrency: 16, receive: (message) => complete({ echo: message }) }),
    asks: actor({
      receive: async (message, ctx) => {
        const { isApproved } = await ctx.approval({ act: message, summary: "Repeat it" });
        return complete({ isApproved });
      },
    }),
    // Not with an exception, after which it would rest for longer each time.
    fails: actor({ receive: () => escalate("nobody can do this") }),
  },
});
