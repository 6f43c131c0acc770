/** Faults are made in a running system, and its runbooks name them: a model that refuses, one that is slow, a role that costs too much. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { startOfflineModel } from "@troupe/agents";
import { connectTroupe } from "@troupe/runtime";
import { z } from "zod";
import { runCommand } from "../support/cli-in-process.ts";
import { Stack, until } from "../support/stack.ts";

const systemText = (refusing: string) => `
name: troubled
graph: { client: [refused, late, dear], refused: [client], late: [client], dear: [client] }
models:
  refusing: { model: r, endpoint: "${refusing}" }
  slow: { model: s, price: { inputUsd: 0.01, outputUsd: 0.01 } }
  costly: { model: c, price: { inputUsd: 20000, outputUsd: 20000 } }
budgets: { user: {}, session: {} }
slos:
  latency: { targetMs: 500, alertMs: 1000 }
roles:
  refused: { model: refusing, instructions: You are the refused., to: client, concurrency: 10 }
  late: { model: slow, instructions: You are the late., to: client, concurrency: 10 }
  dear: { model: costly, instructions: You are the dear., to: client, concurrency: 10 }
`;

const Diagnosis = z.looseObject({
  fault: z.string().nullable(),
  text: z.string(),
  findings: z.array(z.looseObject({ check: z.string(), text: z.string() })),
});

it("each runbook names the fault that was injected, and a remedy is applied only when it is confirmed, with an audit entry", {
  timeout: 120_000,
}, async (t) => {
  const refusing = createServer((_request, response) =>
    response.writeHead(401).end('{"error":{"message":"no such key"}}'),
  );
  refusing.listen(0, "127.0.0.1");
  await once(refusing, "listening");
  t.after(() => refusing.close());
  const folder = await mkdtemp(join(tmpdir(), "troupe-runbooks-"));
  t.after(() => rm(folder, { recursive: true }));
  const systemFile = join(folder, "system.yaml");
  await writeFile(systemFile, systemText(`http://127.0.0.1:${(refusing.address() as AddressInfo).port}/v1`));
  const model = await startOfflineModel({ faults: [{ kind: "slow", role: "late", latencyMs: 1_500 }] });
  t.after(() => model.close());
  process.env["TROUPE_MODEL_MODE"] = "live";
  process.env["OPENAI_BASE_URL"] = model.url;
  process.env["OPENAI_API_KEY"] = "sk-of-the-test";
  await using stack = await Stack.start({ system: "troubled", nodes: 1, systemFile });
  const client = await connectTroupe({ url: stack.server.url, system: stack.subjects.system });
  t.after(() => client.close());

  const inject = async (role: string) => {
    const submitted = await Promise.all(Array.from({ length: 10 }, () => client.submit(role, "hello")));
    const ended = submitted.map(({ task_id: id }) => client.result(id, { signal: AbortSignal.timeout(60_000) }));
    return (await Promise.all(ended)).map(({ status }) => status);
  };
  const runbook = (...args: string[]) => runCommand(["runbook", ...args, ...stack.operatorFlags]);
  /** Objectives are counted a moment after tasks end. */
  const named = async (name: string, fault: string, text: RegExp, objective: RegExp) => {
    await until(`${name} names ${fault}`, 15_000, async () => {
      const { code, stdout, stderr } = await runbook("diagnose", name, "--json");
      assert.equal(code, 1, stdout + stderr);
      const found = Diagnosis.parse(JSON.parse(stdout));
      assert.equal(found.fault, fault, stdout);
      assert.match(found.text, text);
      assert.match(found.findings.find(({ check }) => check === "objective")?.text ?? "", objective);
      return true;
    });
  };

  assert.equal((await runbook("diagnose", "high_error_rate", "--json")).code, 0);
  assert.deepEqual(new Set(await inject("refused")), new Set(["failed"]));
  await named("high_error_rate", "model_down", /refused fails with model_refused/, /^errors is 100\.0 % of 10 tasks/);
  assert.deepEqual(new Set(await inject("late")), new Set(["completed"]));
  await named("high_latency", "slow_model", /^s for late takes \d+\.\d s a call/, /^latency is [1-9]/);
  assert.deepEqual(new Set(await inject("dear")), new Set(["completed"]));
  await named("cost_spike", "costly_model", /^c costs \d+ times as much/, /^cost is \$0\.[0-9]+ a task.*alarming/);

  const unconfirmed = await runbook("apply", "high_error_rate");
  assert.equal(unconfirmed.code, 1);
  assert.match(unconfirmed.stderr, /would pause: pause refused[\s\S]*Nothing was changed: add --yes/);
  const Placement = z.looseObject({ paused: z.array(z.string()) });
  const paused = async () => {
    const answer = await stack.core.nc.request(stack.subjects.supervisor("placement"), "", { timeout: 2_000 });
    return Placement.parse(answer.json()).paused;
  };
  assert.deepEqual(await paused(), []);
  const applied = await runbook("apply", "high_error_rate", "--yes");
  assert.equal(applied.code, 0, applied.stderr);
  assert.match(applied.stdout, /To take it back: troupe resume refused/);
  assert.deepEqual(await paused(), ["refused"]);
  const audit = await runCommand(["audit", "list", "--json", ...stack.operatorFlags]);
  assert.match(audit.stdout, /"act":"pause"[^\n]*runbook high_error_rate: model_down/);
});
