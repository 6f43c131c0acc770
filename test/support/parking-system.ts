/** A role that fails as its message says; what it cannot do waits at the dead-letter desk. */
import { actor, complete, defineSystem, fail, forward } from "@troupe/runtime";
import { z } from "zod";

const Work = z.strictObject({ text: z.string(), fails: z.boolean().default(false) });

export default defineSystem({
  name: "parking",
  graph: { client: ["clerk"], clerk: ["worker"], worker: ["client"] },
  deadLetters: "park",
  taint: { client: ["client"] },
  roles: {
    clerk: actor({ receive: (message) => forward("worker", message) }),
    worker: actor({
      accepts: Work,
      retry: { attempts: 1 },
      receive: async ({ text, fails }, ctx) => {
        await ctx.step("look", () => text.length);
        if (fails) return fail({ code: "tool_failed", message: `cannot do ${text}` });
        return complete({ text, model: ctx.model ?? null, from: ctx.from, taint: [...ctx.taint] });
      },
    }),
  },
});
