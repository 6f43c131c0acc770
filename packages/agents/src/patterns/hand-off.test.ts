import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "@troupe/runtime";
import { createFakeContext } from "@troupe/runtime/internal-testing";
import fc from "fast-check";
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

/** A group whose models only ever hand over, in a circle: how often they do until one escalates. */
async function circle(peers: readonly string[], maxHandOffs: number): Promise<number> {
  let body: Json = "task";
  for (let handOffs = 0; ; handOffs++) {
    const role = peers[handOffs % peers.length] ?? "";
    const next = peers[(handOffs + 1) % peers.length] ?? "";
    const others = peers.filter((peer) => peer !== role);
    const answer = JSON.stringify({ content: `${role} ${handOffs}`, route_to: next, reason: "r" });
    const options = { model: "fast", instructions: "x", peers: others, to: "client", maxHandOffs };
    const outcome = await handOff<string, string>(options, scripted({ content: answer }).open)
      .create()
      .receive(body, createFakeContext({ role }));
    if (outcome.outcome === "escalate") return handOffs;
    assert.ok(outcome.outcome === "forward" && handOffs <= maxHandOffs, outcome.outcome);
    body = outcome.body;
  }
}

test("agents that only ever hand over stop after the promised number of hand-overs, however many they are", async () => {
  const bounds = fc.integer({ min: 1, max: 20 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 5 }), bounds, async (size, maxHandOffs) => {
      const peers = Array.from({ length: size }, (_, index) => `peer-${index}`);
      assert.equal(await circle(peers, maxHandOffs), maxHandOffs);
    }),
    { numRuns: 40 },
  );
});
