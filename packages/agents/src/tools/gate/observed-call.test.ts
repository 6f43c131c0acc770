import assert from "node:assert/strict";
import { test } from "node:test";
import { actorMetrics } from "@troupe/runtime/internal";
import { createFakeContext, ManualClock } from "@troupe/runtime/internal-testing";
import { z } from "zod";
import { tool } from "../tool.ts";
import { carryOut, type ToolGate } from "./carry-out.ts";
import { ProcessRate } from "./process-rate.ts";

const clock = new ManualClock();
const make = (name: string, run: () => string) =>
  tool({ name, description: "", permission: "READ", parameters: z.object({}), run });
const gate: ToolGate = {
  tools: [
    make("counted", () => "seen"),
    make("broken", () => {
      throw new TypeError("it broke");
    }),
  ],
  grants: ["READ"],
  edges: [],
  ports: { clock, processRate: new ProcessRate(clock), variable: () => undefined },
};
const countOf = async (name: string, outcome: string): Promise<number> => {
  const pattern = new RegExp(`^troupe_tool_calls_total\\{tool="${name}",outcome="${outcome}"\\} (\\d+)$`, "m");
  return Number(pattern.exec(await actorMetrics.text())?.[1] ?? 0);
};

test("calls are counted by what came of them, once however often the hop is replayed", async () => {
  const ctx = createFakeContext();
  await carryOut(ctx, gate, { id: "1", name: "counted", arguments: "{}" });
  await carryOut(ctx, gate, { id: "2", name: "broken", arguments: "{}" });
  await carryOut(ctx, gate, { id: "3", name: "counted", arguments: "no json" });
  const again = createFakeContext({ journal: ctx.steps });
  for (const [id, name] of [
    ["1", "counted"],
    ["2", "broken"],
  ] as const)
    await carryOut(again, gate, { id, name, arguments: "{}" });
  assert.equal(await countOf("counted", "ok"), 1);
  assert.equal(await countOf("broken", "failed"), 1);
  assert.equal(await countOf("counted", "refused"), 1);
});

test("a tool that a model made up makes no series of its own", async () => {
  const before = await countOf("unknown", "refused");
  await carryOut(createFakeContext(), gate, { id: "1", name: "invented_by_a_model", arguments: "{}" });
  assert.equal(await countOf("unknown", "refused"), before + 1);
  assert.doesNotMatch(await actorMetrics.text(), /invented_by_a_model/);
});
