import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "@troupe/runtime";
import { createFakeContext } from "@troupe/runtime/internal";
import { scripted } from "../testing/test-models.ts";
import { handOff } from "./hand-off.ts";

const agentThat = (chooses: string) =>
  handOff(
    { model: "fast", instructions: "x", peers: ["sales", "support"], to: "client", maxHandOffs: 2 },
    scripted({ content: JSON.stringify({ content: "I see.", route_to: chooses, reason: "r" }) }).open,
  );

const receive = (chooses: string, history: Json) =>
  agentThat(chooses)
    .create()
    .receive({ input: "task", history }, createFakeContext({ role: "desk" }));

const turn = (role: string) => ({ role, content: "I see." });

test("an agent answers, or hands the whole conversation over, as its model chooses", async () => {
  assert.deepEqual(await receive("client", []), { outcome: "complete", body: "I see." });
  const handed = await receive("sales", []);
  assert.ok(handed.outcome === "forward");
  assert.equal(handed.to, "sales");
});

test("hand-overs are bounded: the one after the last escalates, an answer is still free", async () => {
  const history = [turn("desk"), turn("sales")];
  const over = await receive("sales", history);
  assert.ok(over.outcome === "escalate");
  assert.match(over.reason, /handed over 2 times/);
  assert.equal((await receive("client", history)).outcome, "complete");
  assert.equal((await receive("sales", [turn("planner"), turn("desk")])).outcome, "forward", "others do not count");
});
