/**
 * Roles whose stored bodies are encrypted, and that record the same text in every way that there is. `desk` hands on to `pay`, the one role that
 * gets personal data of its messages back.
 */
import { createHash } from "node:crypto";
import { actor, complete, defineSystem, forward, reply } from "@troupe/runtime";
import { z } from "zod";

const Text = z.strictObject({ text: z.string(), pauseMs: z.int().default(0) });

const OFF = {
  pii: "off",
  secret: "off",
  injection: "off",
  toxicity: "off",
  markup: "off",
  control: "off",
  length: "off",
} as const;

export default defineSystem({
  name: "sealed",
  graph: {
    client: ["first", "desk"],
    first: ["second", "third"],
    second: [],
    third: ["client"],
    desk: ["pay"],
    pay: ["client"],
  },
  encryption: { roles: "all" },
  guardrails: {
    input: OFF,
    output: { ...OFF, exfiltration: "off", canary: "off" },
    edges: [{ from: "client", to: "desk", input: { pii: "redact" } }],
    reversible: { roles: ["pay"], rules: ["pii"] },
  },
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
    desk: actor({ receive: (message) => forward("pay", message) }),
    pay: actor({
      accepts: Text,
      receive: ({ text }) => complete({ text, hash: createHash("sha256").update(text).digest("hex") }),
    }),
  },
});
