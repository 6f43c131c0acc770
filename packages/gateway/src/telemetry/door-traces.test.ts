import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTraceparent, SpanKind, startTracing, type Tracer } from "@troupe/runtime/internal";
import { DoorTraces } from "./door-traces.ts";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const given = (flags: string) => ({ traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-${flags}`, baggage: "tier=gold" });

async function withTracer(
  sampler: "always_on" | "always_off" | "parentbased_always_off",
  run: (tracer: Tracer) => Promise<void> | void,
) {
  const settings = { protocol: "http/json", sendEveryMs: 10, queueSize: 64, batchSize: 64, sampler } as const;
  const requests: string[] = [];
  const sink = (request: Uint8Array) => Promise.resolve(void requests.push(Buffer.from(request).toString()));
  const tracing = await startTracing({ settings, service: "test", attributes: {}, sink });
  await run(tracing.tracer);
  await tracing.close();
  return requests.join();
}

test("where nothing is traced, a caller's trace is handed on as it came", () => {
  const door = new DoorTraces(undefined);
  assert.deepEqual(door.begin("GET /", SpanKind.SERVER, {}, given("01")), { trace: given("01"), span: undefined });
  assert.equal(door.begin("GET /", SpanKind.SERVER, {}, undefined).trace, undefined);
});

test("a recorded request is the parent of what it starts, in its caller's trace", async () => {
  await withTracer("always_on", (tracer) => {
    const { trace, span } = new DoorTraces(tracer).begin("POST /x", SpanKind.SERVER, {}, given("01"));
    const parent = trace && parseTraceparent(trace.traceparent);
    assert.deepEqual(parent, { traceId: TRACE_ID, spanId: span?.spanContext().spanId, isSampled: true });
    assert.equal(trace?.baggage, "tier=gold");
    span?.end();
  });
});

test("what the sampler leaves out is not carried, and a caller who asked is told by the flag", async () => {
  await withTracer("always_off", (tracer) => {
    const door = new DoorTraces(tracer);
    assert.deepEqual(door.begin("POST /x", SpanKind.SERVER, {}, undefined), { trace: undefined, span: undefined });
    const { trace, span } = door.begin("POST /x", SpanKind.SERVER, {}, given("01"));
    assert.equal(span, undefined);
    const parent = trace && parseTraceparent(trace.traceparent);
    assert.equal(parent?.traceId, TRACE_ID);
    assert.equal(parent.isSampled, false);
  });
});

test("a message at a door is a span by its subject without ids, and a refusal is its error", async () => {
  const sent = await withTracer("parentbased_always_off", async (tracer) => {
    const place = { template: "shop.tasks.{role}.submit", given: given("01") };
    await assert.rejects(
      new DoorTraces(tracer).message(place, () => Promise.reject(new RangeError("no such role"))),
      RangeError,
    );
  });
  assert.match(sent, /"name":"process shop\.tasks\.\{role\}\.submit"/);
  assert.match(sent, /"message":"no such role"/);
});
