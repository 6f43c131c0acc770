import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { loadYamlSystem } from "@troupe/agents/loader";
import type { Json } from "@troupe/runtime";
import { requireCompiled } from "@troupe/runtime/internal";
import { createFakeContext } from "@troupe/runtime/internal-testing";
import approvals from "../../examples/approvals/system.ts";
import escalation from "../../examples/escalation/system.ts";
import langchain from "../../examples/langchain/system.ts";
import reference from "../../examples/reference/system.ts";
import relay from "../../examples/relay/system.ts";

const examples = new URL("../../examples/", import.meta.url);

test("every example has a README, and every system among them compiles", async () => {
  const names = (await readdir(examples)).toSorted();
  assert.deepEqual(names, [
    "a2a",
    "approvals",
    "budgets",
    "escalation",
    "langchain",
    "models",
    "nats-agents",
    "openai-client",
    "patterns",
    "reference",
    "relay",
    "research",
    "retrieval",
    "secrets",
    "tools",
  ]);
  for (const name of names) assert.match(await readFile(new URL(`${name}/README.md`, examples), "utf8"), /^# /);
  const research = await loadYamlSystem(await readFile(new URL("research/system.yaml", examples), "utf8"));
  const tools = await loadYamlSystem(await readFile(new URL("tools/system.yaml", examples), "utf8"));
  const budgets = await loadYamlSystem(await readFile(new URL("budgets/system.yaml", examples), "utf8"));
  const models = await loadYamlSystem(await readFile(new URL("models/system.yaml", examples), "utf8"));
  const secrets = await loadYamlSystem(await readFile(new URL("secrets/system.yaml", examples), "utf8"));
  const retrieval = await loadYamlSystem(await readFile(new URL("retrieval/system.yaml", examples), "utf8"));
  const a2a = await loadYamlSystem(await readFile(new URL("a2a/system.yaml", examples), "utf8"));
  const natsAgents = await loadYamlSystem(await readFile(new URL("nats-agents/system.yaml", examples), "utf8"));
  const configured = [a2a, natsAgents, research, tools, budgets, models, secrets, retrieval];
  for (const { manifest } of [reference, relay, approvals, escalation, langchain, ...configured])
    assert.ok(requireCompiled(manifest).doors.size > 0);
});

test("the relay hands a note through its three roles", async () => {
  let role = "first";
  let body: Json = "hello";
  for (let hop = 0; hop < 3; hop++) {
    const definition = relay.roles[role];
    assert.ok(definition);
    const parsed = definition.accepts?.parse(body) as Json;
    const outcome = await definition.create().receive(parsed, createFakeContext({ role, nowMs: 5 }));
    if (outcome.outcome === "complete") {
      assert.deepEqual(outcome.body, {
        text: "hello",
        stamps: ["first on node", "second on node at 5", "third on node"],
      });
      return;
    }
    assert.ok(outcome.outcome === "forward");
    role = outcome.to;
    body = outcome.body;
  }
  assert.fail("the relay did not end");
});
