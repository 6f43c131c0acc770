import assert from "node:assert/strict";
import { test } from "node:test";
import type { MetricFigures } from "../telemetry/metric-figures.ts";
import { HostTelemetry } from "./host-telemetry.ts";

const hops = (value: number): MetricFigures => [
  { name: "troupe_hops_total", values: [{ value, labels: { role: "a", end: "committed" } }] },
];
const breaker: MetricFigures = [{ name: "troupe_model_breaker_state", values: [{ value: 1, labels: { model: "m" } }] }];
const valueOf = (figures: MetricFigures, name: string) => figures.find((one) => one.name === name)?.values[0]?.value;

const NO_ROLES: ReadonlySet<string> = new Set();
const figuresOf = (telemetry: HostTelemetry, incarnation: string, figures: MetricFigures): void =>
  telemetry.take(incarnation, NO_ROLES, { type: "metrics", figures: [...figures] });

test("what a host counted stays counted when it is gone; what it was does not", () => {
  const telemetry = new HostTelemetry(undefined, true);
  figuresOf(telemetry, "1/1", [...hops(3), ...breaker]);
  figuresOf(telemetry, "1/1", [...hops(5), ...breaker]);
  figuresOf(telemetry, "1/2", hops(2));
  assert.equal(valueOf(telemetry.figures, "troupe_hops_total"), 7);
  assert.equal(valueOf(telemetry.figures, "troupe_model_breaker_state"), 1);
  telemetry.hostEnded("1/1");
  figuresOf(telemetry, "1/3", hops(1));
  assert.equal(valueOf(telemetry.figures, "troupe_hops_total"), 8);
  assert.equal(valueOf(telemetry.figures, "troupe_model_breaker_state"), undefined);
});

test("hosts are told what is wanted, without where it goes, and an outage of the collector is not theirs", async () => {
  const taken: Uint8Array[] = [];
  const settings = {
    protocol: "http/json",
    sampler: "always_on",
    ratio: 1,
    sendEveryMs: 1,
    queueSize: 2,
    batchSize: 1,
  } as const;
  const sink = (request: Uint8Array) => {
    taken.push(request);
    return Promise.reject(new Error("no collector"));
  };
  const telemetry = new HostTelemetry({ settings, sink }, false);
  assert.deepEqual(telemetry.told, {
    isMeasured: false,
    tracing: { protocol: "http/json", sendEveryMs: 1, queueSize: 2, batchSize: 1 },
  });
  telemetry.take("1/1", NO_ROLES, { type: "spans", request: Uint8Array.of(1) });
  figuresOf(telemetry, "1/1", hops(1));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(taken.length, 1);
  assert.deepEqual(telemetry.figures, []);
  assert.deepEqual(new HostTelemetry(undefined, true).told, { isMeasured: true });
});

test("messages are kept of roles that the host has, each as one line", () => {
  const lines: string[] = [];
  const telemetry = new HostTelemetry(undefined, false, { add: (role, line) => void lines.push(`${role} ${line}`) });
  assert.deepEqual(telemetry.told, { isMeasured: false, logsMessages: true });
  for (const role of ["a", "../../etc/passwd"])
    telemetry.take("1/1", new Set(["a"]), { type: "message", role, line: '{"x":1}\n{"forged":true}' });
  assert.deepEqual(lines, ['a {"x":1} {"forged":true}']);
});
