import assert from "node:assert/strict";
import { test } from "node:test";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { complete, fanOut, forward } from "../actor/outcome.ts";
import { parseTraceparent, type TraceContext } from "../contracts/trace-context.ts";
import { hopId } from "../ids.ts";
import type { StoredRecord } from "../log/task-log.ts";
import { inSpan } from "../telemetry/tracing.ts";
import { BED_HOP, BED_PASSPORT, BED_TASK, type BedHandler, HopBed } from "../testing/hop-bed.ts";
import { hopKeyOf, SUBJECTS } from "../testing/sim-place.ts";
import { SpanRecorder } from "../testing/span-recorder.ts";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const SAMPLED: TraceContext = { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` };
const UNSAMPLED: TraceContext = { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-00`, baggage: "tier=gold" };

function started(bed: HopBed, trace: TraceContext | undefined): StoredRecord {
  const record = bed.start();
  return { ...record, header: { ...record.header, trace } };
}

const traceOf = (bed: HopBed, name: string): TraceContext | undefined =>
  bed.log.store.records.findLast(({ subject }) => subject.endsWith(`.${name}`))?.header?.trace;
const parentIn = (trace: TraceContext | undefined): string | undefined =>
  trace && parseTraceparent(trace.traceparent)?.spanId;

test("a hop is a child of the message's sender, what it sends a child of it, and the message carries the sending", async () => {
  using recorder = new SpanRecorder();
  const bed = new HopBed();
  const { tracer } = recorder;
  await bed.deliver(started(bed, SAMPLED), () => forward("b", 1), {}, { tracer });
  const hop = recorder.named("process a");
  const send = recorder.named("send b");
  assert.equal(hop.spanContext().traceId, TRACE_ID);
  assert.equal(hop.parentSpanContext?.spanId, "00f067aa0ba902b7");
  assert.equal(hop.kind, SpanKind.CONSUMER);
  assert.equal(send.parentSpanContext?.spanId, hop.spanContext().spanId);
  assert.equal(send.kind, SpanKind.PRODUCER);
  assert.equal(parentIn(traceOf(bed, "m.send.b")), send.spanContext().spanId);
  assert.equal(hop.attributes["messaging.system"], "nats");
  assert.equal(hop.attributes["messaging.message.conversation_id"], BED_TASK);
  assert.equal(hop.attributes["troupe.hop.end"], "committed");
});

test("without a sampled trace nothing is recorded, and what the client gave is handed on as it is", async () => {
  using recorder = new SpanRecorder();
  const { tracer } = recorder;
  const unsampled = new HopBed();
  await unsampled.deliver(started(unsampled, UNSAMPLED), () => forward("b", 1), {}, { tracer });
  assert.deepEqual(traceOf(unsampled, "m.send.b"), UNSAMPLED);
  const without = new HopBed();
  await without.deliver(started(without, undefined), () => forward("b", 1), {}, { tracer });
  assert.equal(traceOf(without, "m.send.b"), undefined);
  assert.deepEqual(recorder.spans, []);
});

test("a process that traces nothing hands a sampled trace on", async () => {
  const bed = new HopBed();
  await bed.deliver(started(bed, SAMPLED), () => fanOut([{ to: "b", body: 1 }]));
  assert.deepEqual(traceOf(bed, "m.fan.b"), SAMPLED);
});

test("messages of a fan hang under the one commit, whoever sends them", async () => {
  using recorder = new SpanRecorder();
  const bed = new HopBed();
  const both = fanOut([
    { to: "b", body: 1 },
    { to: "a", body: 2 },
  ]);
  await bed.deliver(started(bed, SAMPLED), () => both, {}, { tracer: recorder.tracer });
  const commit = traceOf(bed, "c.fan.0");
  assert.equal(parentIn(commit), recorder.named("send several").spanContext().spanId);
  assert.deepEqual([traceOf(bed, "m.fan.b"), traceOf(bed, "m.fan.a")], [commit, commit]);
});

test("a hop that is run again is linked to the attempt before, and what it sends has one parent", async () => {
  using recorder = new SpanRecorder();
  const bed = new HopBed();
  const ports = { tracer: recorder.tracer };
  const message = started(bed, SAMPLED);
  let runs = 0;
  const handler: BedHandler = async (_message, ctx) => {
    await ctx.step("effect", () => 1);
    if (++runs === 1) throw new TypeError("the first attempt fails");
    return forward("b", 1);
  };
  await bed.deliver(message, handler, {}, ports);
  await bed.deliver(message, handler, {}, ports);
  const [first, second] = recorder.spans.filter(({ name }) => name === "process a");
  assert.ok(first && second);
  assert.equal(first.status.code, SpanStatusCode.ERROR);
  assert.equal(second.parentSpanContext?.spanId, first.parentSpanContext?.spanId);
  assert.deepEqual(
    second.links.map(({ context, attributes }) => [context.spanId, attributes?.["troupe.link"]]),
    [[first.spanContext().spanId, "earlier_attempt"]],
  );
  const sends = recorder.spans.filter(({ name }) => name === "send b");
  assert.deepEqual(
    sends.map(({ parentSpanContext }) => parentSpanContext?.spanId),
    [second.spanContext().spanId],
  );
});

const asks: BedHandler = async (_message, ctx) =>
  complete(await inSpan("invoke_agent a", {}, () => ctx.call("b", "question")));

test("what waits for an answer goes on beside the call, with the wait as a span and a link to the answer", async () => {
  using recorder = new SpanRecorder();
  const bed = new HopBed();
  const ports = { tracer: recorder.tracer };
  await bed.deliver(started(bed, SAMPLED), asks, {}, ports);
  const calls = recorder.named("send calls");
  const callHop = hopId(hopKeyOf("a"), BED_TASK, BED_HOP, 1);
  assert.equal(parentIn(traceOf(bed, "m.call.b")), calls.spanContext().spanId);
  assert.ok(recorder.named("invoke_agent a").ended, "a span that the wait left open has ended");
  const answered: TraceContext = { traceparent: `00-${TRACE_ID}-00000000000000aa-01` };
  const answer = bed.put({
    subject: SUBJECTS.record(BED_TASK, callHop, "b", { class: "m", kind: "reply", to: "a" }),
    header: { passport: { ...BED_PASSPORT, parent: BED_HOP, wait: 1, index: 1 }, trace: answered },
    encoding: "json",
    body: Buffer.from('{"value":"answer"}'),
  });
  const end = await bed.deliver(answer, asks, {}, ports);
  assert.equal(end.kind, "committed");
  const wait = recorder.named("wait a");
  const resumed = recorder.named("process a");
  assert.equal(wait.parentSpanContext?.spanId, calls.spanContext().spanId);
  assert.equal(resumed.parentSpanContext?.spanId, calls.spanContext().spanId);
  assert.equal(resumed.attributes["troupe.hop.segment"], 1);
  assert.deepEqual(
    resumed.links.map(({ context, attributes }) => [context.spanId, attributes?.["troupe.link"]]),
    [["00000000000000aa", "answer"]],
  );
  assert.equal(parentIn(traceOf(bed, "t.done.client")), recorder.named("send client").spanContext().spanId);
});
