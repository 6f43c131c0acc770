/** Roles whose stored bodies are encrypted, and that record the same text in every way that there is. */
import { actor, complete, defineSystem, forward, reply } from "@troupe/runtime";
import { z } from "zod";

const Text = z.strictObject({ text: z.string(), pauseMs: z.int().default(0) });

export default defineSystem({
  name: "sealed",
  graph: { client: ["first"], first: ["second", "third"], second: [], third: ["client"] },
  encryption: { roles: "all" },
  roles: {
    first: actor({
      accepts: Text,
      calls: ["second"],
      async receive({ text, pauseMs }, ctx) {
        const noted = await ctx.step("note", () => ({ text, at: new Date(0) }));
        await ctx.emit("noted", { text: text.slice(0, 100) });
        const kept = await ctx.state.update<string>((before) => before ?? text);
        const answer = await ctx.call("second", { text: noted.text });
        if (pauseMs > 0) await ctx.sleep(pauseMs);
        return forward("third", { answer, kept });
      },
    }),
    second: actor({ receive: (message) => reply({ heard: message }) }),
    third: actor({ receive: (message) => complete({ message }) }),
  },
});
