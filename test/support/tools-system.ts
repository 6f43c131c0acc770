/** A payer whose model asks for tools of a server at `STUB_URL`: one that must not be called twice, and one that may. */
import { agent, tool } from "@troupe/agents";
import { defineSystem } from "@troupe/runtime";
import { z } from "zod";

const stub = process.env["STUB_URL"];
const call = (name: string, idempotent: boolean) =>
  tool({
    name,
    description: `Calls ${name}`,
    permission: "WRITE",
    idempotent,
    parameters: z.object({ amount: z.int() }),
    run: async ({ amount }, { idempotencyKey, signal }) => {
      const response = await fetch(`${stub}/${name}/${amount}?key=${encodeURIComponent(idempotencyKey)}`, { signal });
      return response.text();
    },
  });

export default defineSystem({
  name: "tools",
  graph: { client: ["payer"], payer: ["client"] },
  roles: {
    payer: agent({
      model: "fast",
      instructions: "You are the payer.",
      to: "client",
      tools: [call("pay", false), call("post", true)],
      grants: ["WRITE"],
      concurrency: 4,
    }),
  },
});
