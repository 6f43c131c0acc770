/** Three roles in plain TypeScript, no model: each adds its line, with one recorded step in the middle. */
import { actor, complete, defineSystem, forward } from "@troupe/runtime";
import { z } from "zod";

const Note = z.object({ text: z.string(), stamps: z.array(z.string()) });

/** Clients send plain text or `{ text }`. */
const Request = z.union([z.string().transform((text) => ({ text })), z.object({ text: z.string() })]);

export default defineSystem({
  name: "relay",
  description: "Three roles that hand a note on",
  graph: { client: ["first"], first: ["second"], second: ["third"], third: ["client"] },
  roles: {
    first: actor({
      accepts: Request,
      receive: ({ text }, ctx) => forward("second", { text, stamps: [`first on ${ctx.node}`] }),
    }),
    second: actor({
      accepts: Note,
      receive: async ({ text, stamps }, ctx) => {
        // Recorded: after a crash the same time is read again, not a new one.
        const at = await ctx.now();
        return forward("third", { text, stamps: [...stamps, `second on ${ctx.node} at ${at}`] });
      },
    }),
    third: actor({
      accepts: Note,
      receive: ({ text, stamps }, ctx) => complete({ text, stamps: [...stamps, `third on ${ctx.node}`] }),
    }),
  },
});
