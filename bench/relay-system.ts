/** The relay as a system of Troupe: each role passes its message on, and journals it as a step first when the message asks for it. */
import { actor, complete, defineSystem, forward, type Json, type RoleDefinition } from "@troupe/runtime";
import { z } from "zod";

/** More than the highest level of the benchmark, so that the roles are never what tasks wait for. */
const CONCURRENCY = 512;

const Body = z.object({ step: z.boolean(), pad: z.string() });

const wantsStep = (message: Json) => Body.parse(message).step;

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
