/** An agent with a tool, an actor that asks two others at once, and one whose host may be killed in the middle. */
import { agent, tool } from "@troupe/agents";
import { actor, complete, defineSystem, forward, reply } from "@troupe/runtime";
import { z } from "zod";

const lookup = tool({
  name: "lookup",
  description: "Looks up what its host was given of the collector's secret.",
  permission: "READ",
  idempotent: true,
  parameters: z.object({ key: z.string() }),
  run: ({ key }) => `${key}=${process.env["OTEL_EXPORTER_OTLP_HEADERS"] ?? "nothing"}`,
});

export default defineSystem({
  name: "traced",
  graph: {
    client: ["asker", "fragile"],
    asker: ["joiner"],
    joiner: ["helper", "client"],
    helper: ["joiner"],
    fragile: ["last"],
    last: ["client"],
  },
  roles: {
    asker: agent({
      model: "fast",
      instructions: "You ask.",
      to: "joiner",
      tools: [lookup],
      grants: ["READ"],
      replicas: 2,
    }),
    joiner: actor({
      calls: ["helper"],
      replicas: 2,
      receive: async (_message, ctx) => {
        const answers = await ctx.all([
          { to: "helper", body: 1 },
          { to: "helper", body: 2 },
        ]);
        return complete(answers.map(({ value }) => value));
      },
    }),
    helper: actor({ accepts: z.number(), replicas: 2, receive: (number) => reply(number * 2) }),
    fragile: actor({
      accepts: z.string(),
      receive: async (text, ctx) => {
        await ctx.step("work", () => "api_key=sk-abcdefghijklmnopqrstuvwx");
        return forward("last", text);
      },
    }),
    last: actor({ accepts: z.string(), receive: (text) => complete(text) }),
  },
});
