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
import { Stack, until } from "../support/stack.ts";

const Alerts = z.looseObject({ alerts: z.array(z.looseObject({ name: z.string(), text: z.string() })) });
const SYSTEM = `
name: bounded
graph: { client: [payer, struck, asker], payer: [client], struck: [client], asker: [client] }
models:
  m: { model: m, price: { inputUsd: 1, outputUsd: 1 } }
budgets:
  session: {}
  user: {}
  roles:
    payer: { total: { calls: 10 } }
    struck: { total: { calls: 10 } }
    asker: { total: { calls: 0 } }
roles:
  payer: { model: m, instructions: You are the payer., to: client, concurrency: 20, replicas: 2, maxOutputTokens: 50 }
  struck: { model: m, instructions: You are the struck., to: client, concurrency: 20, replicas: 2, maxOutputTokens: 50 }
  asker: { model: m, instructions: You are the asker., to: client, whenSpent: escalate }
`;

const isStruck = ({ role }: { readonly role: string }): boolean => role === "struck";

it("a hundred tasks against ten calls: the model is called ten times and no more, also when nodes die over it; a spent role escalates", {
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

  // Every node dies while some of the calls run: those are paid for, and nothing else is made in their place.
  const struck = await Promise.all(Array.from({ length: 100 }, () => client.submit("struck", "pay")));
  while (model.requests.filter(isStruck).length < 5) await timer(5);
  await Promise.all(stack.nodes.map((node) => node.killGroup()));
  for (const node of stack.nodes) node.start();
  const ends = await Promise.all(
    struck.map(({ task_id: id }) => client.result(id, { signal: AbortSignal.timeout(120_000) })),
  );
  const calls = model.requests.filter(isStruck).length;
  const done = ends.filter(({ status }) => status === "completed").length;
  assert.ok(done <= calls && calls <= 10, `${calls} calls of 10 for ${done} tasks`);
  for (const { status, error } of ends) assert.ok(status === "completed" || error?.code === "budget_exceeded", status);

  const usage = (await stack.said("usage", "--by", "role,model", "--json")).trim().split("\n");
  const used = usage.map((line): unknown => JSON.parse(line));
  const sums = { model: "m", cached_calls: 0, saved_micros: 0 };
  assert.deepEqual(
    used.map((line) => ({ ...(line as object), input_tokens: 0, output_tokens: 0, cost_micros: 0 })),
    [
      { ...sums, role: "payer", calls: 10, input_tokens: 0, output_tokens: 0, cost_micros: 0 },
      ...(done === 0
        ? []
        : [{ ...sums, role: "struck", calls: done, input_tokens: 0, output_tokens: 0, cost_micros: 0 }]),
    ],
  );
  assert.match(await stack.said("usage", "--by", "role", "--csv"), /^role,calls,.*\npayer,10,0,\d+,\d+,0\.\d+/);
  assert.match(await stack.said("budgets"), /^role\.payer: 10 calls, .*\nrole\.struck: 10 calls, /m);
  const first = await stack.said("budgets", "role.", "--limit", "1");
  assert.match(first, /^role\.payer: .*\n2 accounts in all; more with --after role\.payer/);
  assert.match(await stack.said("cache", "clear", "*"), /^0 answers are forgotten/);
});
