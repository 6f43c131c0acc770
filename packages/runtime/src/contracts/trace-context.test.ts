import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatTraceparent, isSampled, parseTraceparent, readTraceContext, TraceContext } from "./trace-context.ts";

const VALID = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const reading = (headers: Readonly<Record<string, string>>) => readTraceContext((name) => headers[name]);

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789abcdef")), minLength: length, maxLength: length });

test("a traceparent is read as the W3C writes it", () => {
  const cases: readonly (readonly [string, boolean | undefined])[] = [
    [VALID, true],
    [VALID.replace(/01$/, "00"), false],
    [VALID.replace(/01$/, "03"), true],
    [VALID.replace(/^00/, "01"), true],
    [`${VALID.replace(/^00/, "cc")}-what-is-to-come`, true],
    [VALID.replace(/^00/, "ff"), undefined],
    [VALID.toUpperCase(), undefined],
    ["00-00000000000000000000000000000000-00f067aa0ba902b7-01", undefined],
    ["00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", undefined],
    ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", undefined],
    ["", undefined],
  ];
  for (const [text, sampled] of cases) assert.equal(parseTraceparent(text)?.isSampled, sampled, text);
});

test("what is read can be written, sent and read again", () => {
  fc.assert(
    fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, sampled) => {
      fc.pre(!/^0+$/.test(traceId) && !/^0+$/.test(spanId));
      const parent = { traceId, spanId, isSampled: sampled };
      assert.deepEqual(parseTraceparent(formatTraceparent(parent)), parent);
      assert.equal(isSampled(reading({ traceparent: formatTraceparent(parent) })), sampled);
    }),
  );
});

test("nothing that a client sends can break a header line, and what does not fit is left out", () => {
  assert.deepEqual(reading({ traceparent: VALID, tracestate: "a=1", baggage: "user=7" }), {
    traceparent: VALID,
    tracestate: "a=1",
    baggage: "user=7",
  });
  const hostile = reading({ traceparent: VALID, tracestate: "a=1\r\nNats-Rollup: all", baggage: "x".repeat(5_000) });
  assert.deepEqual(hostile, { traceparent: VALID });
  assert.equal(reading({ traceparent: `${VALID}\r\nTroupe: x` }), undefined);
  assert.equal(reading({ tracestate: "a=1" }), undefined);
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (traceparent, tracestate, baggage) => {
      const read = reading({ traceparent, tracestate, baggage });
      assert.ok(read === undefined || TraceContext.safeParse(read).success);
    }),
  );
});
