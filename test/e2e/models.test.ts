import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { startOfflineModel } from "@troupe/agents";
import { loadYamlSystem } from "@troupe/agents/loader";
import { connectTroupe } from "@troupe/runtime";
import { z } from "zod";
import { Stack, until } from "../support/stack.ts";

const SYSTEM = `
name: faulty
graph: { client: [backed, patient, modest], backed: [client], patient: [client], modest: [client] }
models:
  broken: { model: "x!500", fallback: [sound] }
  sound: { model: y }
  late: { model: z }
  dead: { model: "w!500" }
roles:
  backed: { model: broken, instructions: You are the backed., to: client }
  patient: { model: late, instructions: You are the patient., to: client, whenDown: wait }
  modest: { model: dead, instructions: You are the modest., to: client, whenDown: { answer: "Not now." } }
`;

it("a task ends by its fallback, by waiting durably for the model, or with the role's own answer", {
  timeout: 120_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-models-"));
  t.after(() => rm(folder, { recursive: true }));
  const systemFile = join(folder, "system.yaml");
  await writeFile(systemFile, SYSTEM);
  // One call of four tries fails: the task must sleep, and its next segment asks again.
  const model = await startOfflineModel({ faults: [{ kind: "server_error", role: "patient", times: 4 }] });
  t.after(() => model.close());
  process.env["TROUPE_MODEL_MODE"] = "live";
  process.env["OPENAI_BASE_URL"] = model.url;
  await using stack = await Stack.start({ system: "faulty", nodes: 1, systemFile });
  const client = await connectTroupe({ url: stack.server.url, system: stack.subjects.system });
  t.after(() => client.close());
  const ask = async (role: string) => {
    const { task_id } = await client.submit(role, "hello");
    const view = await client.result(task_id, { signal: AbortSignal.timeout(60_000) });
    assert.equal(view.status, "completed", JSON.stringify(view));
    return view.result;
  };
  const [backed, patient, modest] = await Promise.all(["backed", "patient", "modest"].map(ask));
  assert.match(JSON.stringify(backed), /speaking as backed/);
  assert.match(JSON.stringify(patient), /speaking as patient/);
  assert.equal(modest, "Not now.");
  const asked = (role: string) => model.requests.filter((request) => request.role === role);
  assert.deepEqual(
    asked("backed").map(({ model: name }) => name),
    ["x!500", "x!500", "y"],
  );
  assert.equal(asked("patient").length, 5);
  assert.equal(asked("modest").length, 4);
  // The call before and the call after the wait are two steps of one hop.
  const keys = asked("patient").map(({ idempotencyKey }) => idempotencyKey ?? "");
  assert.equal(new Set(keys.map((key) => key.slice(0, key.lastIndexOf("/")))).size, 1);
  assert.equal(new Set(keys).size, 2);

  // The fifth failure in a row opens the breaker of that endpoint: its node says so, and so do supervisor and gateway.
  assert.equal(await ask("modest"), "Not now.");
  const gateway = await stack.gatewayUrl();
  const Health = z.object({ parts: z.array(z.object({ name: z.string(), up: z.boolean(), text: z.string() })) });
  await until("the gateway to tell of the dead endpoint", 10_000, async () => {
    const { parts } = Health.parse(await (await fetch(`${gateway}/health`)).json());
    const models = parts.find(({ name }) => name === "models");
    return models?.up === false && /^1 of 4 model endpoints fail$/.test(models.text);
  });
  const Cluster = z.object({ alerts: z.array(z.object({ name: z.string(), text: z.string() })) });
  const { alerts } = Cluster.parse(await (await fetch(`${gateway}/api/v1/cluster`)).json());
  assert.match(alerts.find(({ name }) => name === "breaker_open")?.text ?? "", /w!500 fails on node-1/);
});

it("the system of the documentation loads", async () => {
  const text = await readFile(new URL("../../docs/models.md", import.meta.url), "utf8");
  const systems = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = ""]) => yaml);
  assert.equal(systems.length, 1);
  for (const yaml of systems) assert.deepEqual(Object.keys((await loadYamlSystem(yaml)).roles), ["clerk", "expert"]);
});
