/** Fan-out and join as a system of Troupe: one role asks another eight times at once, waits for all answers, and ends the task. */
import { actor, complete, defineSystem, reply } from "@troupe/runtime";
import { FAN_OUT } from "./relay.ts";

/** More than the highest level of the benchmark times the answers, so that the roles are never what tasks wait for. */
const CONCURRENCY = 512;

export default defineSystem({
  name: "bench",
  graph: { client: ["a"], a: ["b", "client"], b: [] },
  roles: {
    a: actor({
      concurrency: CONCURRENCY,
      calls: ["b"],
      receive: async (message, ctx) => {
        await ctx.all(Array.from({ length: FAN_OUT }, () => ({ to: "b" as const, body: message })));
        return complete(message);
      },
    }),
    b: actor({ concurrency: CONCURRENCY, receive: (message) => reply(message) }),
  },
});
