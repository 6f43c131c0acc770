/** Roles that hand large bodies to one another, by every way that a body can take. */
import { actor, complete, defineSystem, forward, reply } from "@troupe/runtime";
import { z } from "zod";

const Order = z.strictObject({ letters: z.int() });
const Made = z.strictObject({ made: z.string() });
const Both = z.strictObject({ made: z.string(), answer: z.strictObject({ again: z.string() }) });

/** A text, made in a step; called for, answered, forwarded and completed with. */
export default defineSystem({
  name: "large",
  graph: { client: ["a"], a: ["b", "c"], b: [], c: ["client"] },
  roles: {
    a: actor({
      accepts: Order,
      calls: ["b"],
      async receive({ letters }, ctx) {
        const made = await ctx.step("make", () => "x".repeat(letters));
        const answer = await ctx.call("b", { made });
        return forward("c", { made, answer });
      },
    }),
    b: actor({ accepts: Made, receive: ({ made }) => reply({ again: made }) }),
    c: actor({
      accepts: Both,
      receive: ({ made, answer }) => complete({ isSame: made === answer.again, made }),
    }),
  },
});
