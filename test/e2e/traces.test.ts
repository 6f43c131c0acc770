/** One trace from an HTTP request through every hop, wait, model call and tool call, over two nodes; and a host killed in the middle. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { startOfflineModel } from "@troupe/agents";
import { connectTroupe } from "@troupe/runtime";
import { z } from "zod";
import { OtlpReceiver, type ReceivedSpan } from "../support/otlp-receiver.ts";
import type { PartProcess } from "../support/part-process.ts";
import { promtoolProblems } from "../support/promtool-rules.ts";
import { Stack, until } from "../support/stack.ts";

const SYSTEM_FILE = fileURLToPath(new URL("../support/traced-system.ts", import.meta.url));
const TASKS = 4;

const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);
const one = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const [span, ...more] = named(spans, name);
  assert.ok(
    span && more.length === 0,
    `${more.length + (span ? 1 : 0)} spans ${name}: ${spans.map((s) => s.name).join()}`,
  );
  return span;
};
/** Names on the way from a span up to the caller. */
function pathOf(span: ReceivedSpan, spans: readonly ReceivedSpan[], caller: string): string[] {
  const names = [span.name];
  for (let { parent } = span; parent !== caller; ) {
    const above = spans.find(({ spanId }) => spanId === parent);
    assert.ok(above, `${names.join(" < ")} does not lead to the caller`);
    names.push(above.name);
    ({ parent } = above);
  }
  return names;
}

/** What a node serves to Prometheus. */
async function figuresOf(node: PartProcess): Promise<string> {
  const url = /"url":"([^"]+)","msg":"metrics are served"/.exec(node.log)?.[1];
  assert.ok(url, node.log);
  return (await fetch(url)).text();
}
/** Waits until the nodes' figures add up to these. */
async function figuresShow(
  nodes: readonly PartProcess[],
  wanted: readonly (readonly [string, number])[],
): Promise<void> {
  await until("the hosts' figures", 30_000, async () => {
    const texts = await Promise.all(nodes.map((node) => figuresOf(node)));
    for (const text of texts) assert.deepEqual(promtoolProblems(text), []);
    for (const [series, sum] of wanted)
      assert.equal(
        texts.reduce((all, text) => all + valueIn(text, series), 0),
        sum,
        series,
      );
    return true;
  });
}
/** What the nodes have kept of a role's messages. */
async function linesOf(folder: string, role: string): Promise<Record<string, unknown>[]> {
  const texts = await Promise.all(
    ["node-1", "node-2"].map((node) => readFile(join(folder, node, `${role}.jsonl`), "utf8").catch(() => "")),
  );
  const lines = texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
const valueIn = (text: string, series: string): number =>
  Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length + 1) ?? 0,
  );

it("one trace leads from the request through hops, waits, models and tools over two nodes; a re-run is a link", {
  timeout: 120_000,
}, async (t) => {
  await using receiver = await OtlpReceiver.start();
  const model = await startOfflineModel();
  const folder = await mkdtemp(join(tmpdir(), "troupe-traces-"));
  process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.url;
  process.env["OTEL_EXPORTER_OTLP_HEADERS"] = "x-collector-key=only-for-nodes";
  process.env["OTEL_TRACES_SAMPLER"] = "parentbased_always_off";
  process.env["OTEL_BSP_SCHEDULE_DELAY"] = "100";
  process.env["TROUPE_OFFLINE_URL"] = model.url;
  process.env["TROUPE_FAILPOINTS"] = `fragile:after-step:${join(folder, "killed")}`;
  t.after(async () => {
    await model.close();
    await rm(folder, { recursive: true });
  });
  const nodeFlags = ["--metrics", "127.0.0.1:0", "--message-log", folder];
  await using stack = await Stack.start({ system: "traces", nodes: 2, systemFile: SYSTEM_FILE, nodeFlags });
  const url = await stack.gatewayUrl();
  const client = await connectTroupe({ url: stack.server.url, system: stack.subjects.system });
  t.after(() => client.close());

  const begin = async (role: string, input: string, flags: string) => {
    const traceId = randomBytes(16).toString("hex");
    const spanId = randomBytes(8).toString("hex");
    const response = await fetch(`${url}/api/v1/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json", traceparent: `00-${traceId}-${spanId}-${flags}` },
      body: JSON.stringify({ role, input }),
    });
    const { task_id: task } = z.object({ task_id: z.string() }).parse(await response.json());
    const view = await client.result(task, { signal: AbortSignal.timeout(40_000) });
    assert.equal(view.status, "completed", JSON.stringify(view));
    return { traceId, spanId, task };
  };

  const nodes = new Set<unknown>();
  for (let i = 0; i < TASKS; i++) {
    const { traceId, spanId, task } = await begin("asker", 'Please. [[tool lookup {"key":"k"}]]', "01");
    const isWhole = (spans: readonly ReceivedSpan[]) =>
      named(spans, "send client").length === 1 && named(spans, "process joiner").length >= 2 && spans.length >= 16;
    const spans = await receiver.trace(traceId, isWhole);
    for (const span of spans) pathOf(span, spans, spanId);
    for (const span of named(spans, "process helper").concat(named(spans, "process joiner")))
      nodes.add(span.attributes["troupe.node"]);
    const door = one(spans, "POST /api/v1/tasks");
    assert.equal(door.parent, spanId);
    assert.equal(door.attributes["http.response.status_code"], 202);
    assert.deepEqual(pathOf(one(spans, "execute_tool lookup"), spans, spanId), [
      "execute_tool lookup",
      "invoke_agent asker",
      "process asker",
      "POST /api/v1/tasks",
    ]);
    const [chat] = named(spans, "chat offline-fast");
    assert.ok(chat);
    assert.equal(named(spans, "chat offline-fast").length, 2);
    assert.equal(chat.attributes["gen_ai.operation.name"], "chat");
    assert.ok(Number(chat.attributes["gen_ai.usage.input_tokens"]) > 0);
    assert.equal(chat.attributes["gen_ai.input.messages"], undefined, "content is not captured unless asked for");
    const calls = one(spans, "send calls");
    const helpers = named(spans, "process helper");
    assert.deepEqual(
      helpers.map(({ parent }) => parent),
      [calls.spanId, calls.spanId],
    );
    const resumed = named(spans, "process joiner").find((span) => span.attributes["troupe.hop.end"] === "committed");
    assert.equal(resumed?.parent, calls.spanId);
    assert.ok(one(spans, "wait joiner").parent === calls.spanId);
    const replies = named(spans, "send joiner").filter(({ parent }) => helpers.some(({ spanId: id }) => id === parent));
    assert.deepEqual(
      resumed.links.map(({ spanId: id, kind }) => `${String(kind)} ${id}`).toSorted(),
      replies.map(({ spanId: id }) => `answer ${id}`).toSorted(),
    );
    assert.equal(one(spans, "process asker").attributes["messaging.message.conversation_id"], task);
  }
  assert.equal(nodes.size, 2, "the tasks ran on both nodes");

  // A host that is killed takes the last two seconds of its figures along, and no more.
  const counted = [
    ['troupe_tool_calls_total{tool="lookup",outcome="ok"}', TASKS],
    ['troupe_hops_total{role="joiner",end="waiting"}', TASKS],
  ] as const;
  await figuresShow(stack.nodes, counted);
  const unsampled = await begin("asker", "Please.", "00");
  const { traceId, spanId } = await begin("fragile", "hello", "01");
  const spans = await receiver.trace(
    traceId,
    (all) => named(all, "process last").length === 1 && named(all, "process fragile").length >= 1,
  );
  const rerun = one(spans, "process fragile");
  assert.deepEqual(pathOf(one(spans, "send client"), spans, spanId), [
    "send client",
    "process last",
    "send last",
    "process fragile",
    "POST /api/v1/tasks",
  ]);
  assert.deepEqual(
    rerun.links.map(({ kind }) => kind),
    ["earlier_attempt"],
  );
  assert.deepEqual(receiver.spansOf(unsampled.traceId), [], "what the caller did not sample is not recorded");

  await figuresShow(stack.nodes, [
    ...counted.slice(0, 1),
    ['troupe_hops_total{role="last",end="committed"}', 1],
    ["troupe_node_host_deaths_total", 1],
  ]);

  const messages = await linesOf(folder, "last");
  assert.deepEqual(
    messages.map(({ role, end, body, trace_id }) => [role, end, body, trace_id]),
    [["last", "committed", "hello", traceId]],
  );

  assert.deepEqual(receiver.problems, []);
  assert.ok(receiver.headers.every((headers) => headers["x-collector-key"] === "only-for-nodes"));
  assert.ok(
    !receiver.bodies.some((body) => body.includes("only-for-nodes")),
    "a host knows nothing of the collector's secret",
  );
  assert.deepEqual([...new Set(receiver.spans.map(({ service }) => String(service)))].toSorted(), [
    "troupe-gateway",
    "troupe-host",
  ]);
});
