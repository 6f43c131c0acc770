import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTOR_METRICS } from "./actor-metrics.ts";
import { knownFigures, MetricFigures, sumFigures } from "./metric-figures.ts";
import { metricText } from "./metric-text.ts";
import { Metrics } from "./metrics.ts";

async function counted(times: number): Promise<MetricFigures> {
  const metrics = new Metrics(["troupe_hops_total", "troupe_hop_duration_seconds"]);
  for (let i = 0; i < times; i++) {
    metrics.add("troupe_hops_total", { role: "a", end: "committed" });
    metrics.observe("troupe_hop_duration_seconds", { role: "a" }, 0.02);
  }
  // As it arrives at the node.
  return MetricFigures.parse(structuredClone(await metrics.figures()));
}

test("figures of several processes are the sum of each series, in the same form as of one", async () => {
  const text = metricText(sumFigures([await counted(2), await counted(3)]));
  assert.match(text, /^# HELP troupe_hops_total Messages that .*\.\n# TYPE troupe_hops_total counter$/m);
  assert.match(text, /^troupe_hops_total\{role="a",end="committed"\} 5$/m);
  assert.match(text, /^troupe_hop_duration_seconds_bucket\{le="0\.025",role="a"\} 5$/m);
  assert.match(text, /^troupe_hop_duration_seconds_bucket\{le="0\.01",role="a"\} 0$/m);
  assert.match(text, /^troupe_hop_duration_seconds_bucket\{le="\+Inf",role="a"\} 5$/m);
  assert.match(text, /^troupe_hop_duration_seconds_count\{role="a"\} 5$/m);
  assert.equal(text.match(/^# TYPE troupe_hops_total/gm)?.length, 1);
});

test("a host makes no series that it has no name for", async () => {
  const value = { value: 1, labels: { role: "a", end: "x" } };
  const foreign: MetricFigures = [
    { name: "evil_total", values: [value] },
    { name: "troupe_node_slots", values: [{ value: 9, labels: {} }] },
    {
      name: "troupe_hops_total",
      values: [value, { value: 1, labels: { task: "t" } }, { ...value, metricName: "other" }],
    },
  ];
  assert.deepEqual(knownFigures(foreign, ACTOR_METRICS), [{ name: "troupe_hops_total", values: [value] }]);
  const own = await counted(1);
  assert.deepEqual(knownFigures(own, ACTOR_METRICS), own);
});

test("label values and numbers are written as Prometheus reads them", () => {
  const text = metricText([
    { name: "troupe_hops_total", values: [{ value: Number.POSITIVE_INFINITY, labels: { role: 'a"\n\\', end: "x" } }] },
  ]);
  assert.ok(text.endsWith('troupe_hops_total{role="a\\"\\n\\\\",end="x"} +Inf\n'));
});
