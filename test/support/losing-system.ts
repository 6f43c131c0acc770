/** A race of two called roles: one answers at once, the other would take a minute. */
import { actor, complete, defineSystem, reply } from "@troupe/runtime";

const never = () => new Promise<never>(() => undefined);

export default defineSystem({
  name: "losing",
  graph: { client: ["a"], a: ["quick", "slow", "client"], quick: [], slow: [] },
  roles: {
    a: actor({
      calls: ["quick", "slow"],
      async receive(message, ctx) {
        const [winner] = await ctx.all(
          [
            { to: "quick", body: message },
            { to: "slow", body: message },
          ],
          "any",
        );
        // The task goes on: nothing but the lost join can end the loser.
        await ctx.step("go on", never);
        return complete(winner?.from ?? null);
      },
    }),
    quick: actor({
      async receive(_, ctx) {
        await ctx.step("be slower than a heartbeat", () => new Promise((resolve) => setTimeout(resolve, 2_500)));
        return reply("quick");
      },
    }),
    slow: actor({ receive: () => never() }),
  },
});
