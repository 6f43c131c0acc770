/** Budgets in a whole system: what tasks may spend is counted at the model, which keeps its own log. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as timer } from "node:timers/promises";
import { startOfflineModel } from "@troupe/agents";
import { connectTroupe, type TaskView } from "@troupe/runtime";
import { z } from "zod";
import { PartProcess } from "../support/part-process.ts";
import { Stack, until } from "../support/stack.ts";

const Alerts = z.looseObject({ alerts: z.array(z.looseObject({ name: z.string(), text: z.string() })) });
const SYSTEM = `
name: bounded
graph: { client: [payer, lone, asker], payer: [client], lone: [client], asker: [client] }
models:
  m: { model: m, price: { inputUsd: 1, outputUsd: 1 } }
budgets:
  user: {}
  roles:
    payer: { total: { calls: 10 } }
    lone: { total: { calls: 3 } }
    asker: { total: { calls: 0 } }
roles:
  payer: { model: m, instructions: You are the payer., to: client, concurrency: 20, replicas: 2, maxOutputTokens: 50 }
  lone: { model: m, instructions: You are the lone., to: client }
  asker: { model: m, instructions: You are the asker., to: client, whenSpent: escalate }
`;

it("a hundred tasks against ten calls: the model is called ten times and no more; a node's death costs one call; a spent role escalates", {
  timeout: 180_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-budgets-"));
  t.after(() => rm(folder, { recursive: true }));
  const systemFile = join(folder, "system.yaml");
  await writeFile(systemFile, SYSTEM);
  const model = await startOfflineModel({ pace: { firstTokenMs: 150, tokenMs: 0 } });
  t.after(() => model.close());
  process.env["TROUPE_MODEL_MODE"] = "live";
  process.env["OPENAI_BASE_URL"] = model.url;
  await using stack = await Stack.start({ system: "bounded", nodes: 2, systemFile });
  const client = await connectTroupe({ url: stack.server.url, system: stack.subjects.system });
  t.after(() => client.close());

  const submitted = await Promise.all(Array.from({ length: 100 }, () => client.submit("payer", "pay")));
  const views: TaskView[] = await Promise.all(
    submitted.map(({ task_id }) => client.result(task_id, { signal: AbortSignal.timeout(120_000) })),
  );
  const paid = views.filter(({ status }) => status === "completed");
  assert.equal(paid.length, 10);
  assert.equal(model.requests.length, 10);
  for (const { status, error } of views.filter((view) => !paid.includes(view))) {
    assert.deepEqual([status, error?.code], ["failed", "budget_exceeded"]);
    assert.match(error?.message ?? "", /the budget of role payer is 10 calls in all; 10 are spent/);
  }

  await until("the alert over the spent budget", 10_000, async () => {
    const { alerts } = Alerts.parse((await stack.client.nc.request(stack.subjects.supervisor("health"), "")).json());
    return alerts.some(({ name, text }) => name === "budget_spent" && /role payer is 10 calls in all/.test(text));
  });

  const { task_id } = await client.submit("asker", "help");
  const asked = await client.result(task_id, { signal: AbortSignal.timeout(60_000) });
  assert.equal(asked.error?.code, "escalated", JSON.stringify(asked));
  assert.match(asked.error?.message ?? "", /the budget of role asker is 0 calls in all/);
  assert.equal(model.requestCount, 10);

  // One role, one call at a time: what a crash can cost is one call.
  const before = model.requestCount;
  const lone = await Promise.all(Array.from({ length: 5 }, () => client.submit("lone", "pay")));
  while (model.requestCount === before) await timer(5);
  await Promise.all(stack.nodes.map((node) => node.killGroup()));
  for (const node of stack.nodes) node.start();
  const ends = await Promise.all(
    lone.map(({ task_id: id }) => client.result(id, { signal: AbortSignal.timeout(90_000) })),
  );
  assert.equal(ends.filter(({ status }) => status === "completed").length, 3);
  const loneCalls = model.requests.filter(({ role }) => role === "lone").length;
  assert.ok(loneCalls === 3 || loneCalls === 4, `${loneCalls} calls of 3`);

  const usage = (await troupe(stack, ["usage", "--by", "role,model", "--json"])).trim().split("\n");
  const used = usage.map((line): unknown => JSON.parse(line));
  const sums = { model: "m", cached_calls: 0, saved_micros: 0 };
  assert.deepEqual(
    used.map((line) => ({ ...(line as object), input_tokens: 0, output_tokens: 0, cost_micros: 0 })),
    [
      { ...sums, role: "lone", calls: 3, input_tokens: 0, output_tokens: 0, cost_micros: 0 },
      { ...sums, role: "payer", calls: 10, input_tokens: 0, output_tokens: 0, cost_micros: 0 },
    ],
  );
  assert.match(await troupe(stack, ["usage", "--by", "role", "--csv"]), /^role,calls,.*\nlone,3,0,\d+,\d+,0\.\d+/);
  assert.match(await troupe(stack, ["budgets"]), /^role\.payer: 10 calls, /m);
  assert.match(await troupe(stack, ["cache", "clear", "*"]), /^0 answers are forgotten/);
});

async function troupe(stack: Stack, args: readonly string[]): Promise<string> {
  const keys = join(stack.server.storeDir, "keys.json");
  const address = ["--nats", stack.server.url, "--system", stack.subjects.system, "--keys", keys];
  const command = new PartProcess("cli", [...args, ...address]);
  command.start();
  const code = await command.ended();
  assert.equal(code, 0, command.log);
  return command.log;
}
