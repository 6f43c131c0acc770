import assert from "node:assert/strict";
import { test } from "node:test";
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { type SpanSink, startTracing, type TracingOptions } from "./start-tracing.ts";
import { contextUnder, inSpan } from "./tracing.ts";
import { MAX_SPANS_BYTES } from "./tracing-sdk.ts";

const SAMPLED = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
const SETTINGS = { protocol: "http/json", sendEveryMs: 10, queueSize: 2_048, batchSize: 512 } as const;

async function traced(
  run: (tracer: Awaited<ReturnType<typeof startTracing>>["tracer"]) => Promise<void> | void,
  settings: TracingOptions["settings"] = SETTINGS,
) {
  const requests: Uint8Array[] = [];
  const sink: SpanSink = (request) => {
    requests.push(request);
    return Promise.resolve();
  };
  const tracing = await startTracing({ settings, service: "test", attributes: { "troupe.node": "n1" }, sink });
  await run(tracing.tracer);
  await tracing.close();
  return requests;
}
const texts = (requests: readonly Uint8Array[]) => requests.map((request) => Buffer.from(request).toString());

test("secrets in attributes, events, links and the status are masked before spans leave the process", async () => {
  const key = "sk-abcdefghijklmnopqrstuvwx";
  const requests = await traced((tracer) => {
    const span = tracer.startSpan(
      "call",
      { attributes: { prompt: `api_key=${key}`, list: [`Bearer ${key}`] } },
      contextUnder(SAMPLED),
    );
    span.addEvent("tried", { with: `password=${key}` });
    const linked = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00000000000000aa", traceFlags: 1 };
    span.addLink({ context: linked, attributes: { token: `token=${key}` } });
    span.setStatus({ code: SpanStatusCode.ERROR, message: `refused ${key}` });
    span.end();
  });
  const [text = ""] = texts(requests);
  assert.ok(text.includes('"name":"call"') && text.includes("00000000000000aa"));
  assert.ok(text.includes("[REDACTED]"));
  assert.ok(!text.includes(key), text);
  assert.match(text, /"troupe\.node".*"n1"/);
});

test("without a sampler a process records what the caller sampled, and begins nothing", async () => {
  const requests = await traced((tracer) => {
    tracer.startSpan("root").end();
    tracer.startSpan("child", {}, contextUnder(SAMPLED)).end();
    const unsampled = contextUnder({ traceparent: SAMPLED.traceparent.replace(/01$/, "00") });
    tracer.startSpan("unsampled", {}, unsampled).end();
  });
  const names = texts(requests).join();
  assert.ok(names.includes("child"));
  assert.ok(!names.includes("root") && !names.includes("unsampled"));
});

test("a sampler by ratio takes about that part of the traces that begin here", async () => {
  const settings = { ...SETTINGS, sampler: "parentbased_traceidratio", ratio: 0.1 } as const;
  let recorded = 0;
  await traced((tracer) => {
    for (let i = 0; i < 2_000; i++) {
      const span = tracer.startSpan("root");
      if (span.isRecording()) recorded++;
      span.end();
    }
  }, settings);
  assert.ok(recorded > 100 && recorded < 320, String(recorded));
});

test("what does not fit into one request goes in several, and a span too large for any is left out alone", async () => {
  const settings = { ...SETTINGS, sampler: "always_on", sendEveryMs: 10_000 } as const;
  const requests = await traced((tracer) => {
    for (let i = 0; i < 300; i++) {
      const attributes = Object.fromEntries(Array.from({ length: 2 }, (_, n) => [`text${n}`, "x ".repeat(8_000)]));
      tracer.startSpan(`span-${i}`, { attributes }).end();
    }
  }, settings);
  assert.ok(requests.length > 1);
  assert.ok(requests.every(({ length }) => length <= MAX_SPANS_BYTES));
  const all = texts(requests).join();
  for (const i of [0, 150, 299]) assert.ok(all.includes(`"span-${i}"`), String(i));
});

test("spans of libraries in a handler are children of what is active, across what is awaited", async () => {
  const requests = await traced(async (tracer) => {
    const hop = tracer.startSpan("hop", {}, contextUnder(SAMPLED));
    await context.with(trace.setSpan(contextUnder(SAMPLED), hop), async () => {
      await Promise.resolve();
      await inSpan("chat", {}, () => Promise.resolve());
    });
    hop.end();
    await inSpan("alone", {}, () => Promise.resolve());
  });
  const spans = texts(requests).flatMap((text) => text.match(/"name":"(?:hop|chat|alone)"/g) ?? []);
  assert.deepEqual(spans.toSorted(), ['"name":"chat"', '"name":"hop"']);
});
