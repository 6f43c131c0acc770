/** The relay as a system of Troupe: each role passes its message on, and journals it as a step first when the message asks for it. */
import { actor, complete, defineSystem, forward, type Json, type RoleDefinition } from "@troupe/runtime";

/** More than the highest level of the benchmark, so that the roles are never what tasks wait for. */
const CONCURRENCY = 512;

const wantsStep = (message: Json): boolean =>
  typeof message === "object" && message !== null && "step" in message && message["step"] === true;

const passing = <To extends string>(next: To): RoleDefinition<To> =>
  actor({
    concurrency: CONCURRENCY,
    receive: async (message, ctx) =>
      forward(next, wantsStep(message) ? await ctx.step("pass", () => message) : message),
  });

export default defineSystem({
  name: "bench",
  graph: { client: ["a"], a: ["b"], b: ["c"], c: ["client"] },
  roles: {
    a: passing("b"),
    b: passing("c"),
    c: actor({
      concurrency: CONCURRENCY,
      receive: async (message, ctx) => complete(wantsStep(message) ? await ctx.step("pass", () => message) : message),
    }),
  },
});
