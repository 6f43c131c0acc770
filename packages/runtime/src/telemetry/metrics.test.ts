import assert from "node:assert/strict";
import { test } from "node:test";
import { METRICS, type MetricName } from "./metric-names.ts";
import { Metrics } from "./metrics.ts";
import { collectProcessMetrics, PROCESS_METRICS } from "./process-metrics.ts";

const NAMES = Object.keys(METRICS) as MetricName[];

/** Histograms of what has no unit, as OpenTelemetry names them. */
const UNITLESS: ReadonlySet<string> = new Set(["gen_ai_client_token_usage"]);

/** What `promtool check metrics` complains about in names. */
const PROMTOOL = {
  units: /_(milliseconds|minutes|hours|days|kilobytes|megabytes|millibytes|celsius_degrees|percent)(_|$)/,
  reserved: /_(count|sum|bucket|info_total)$/,
  types: /_(counter|gauge|histogram|summary)(_|$)/,
  camelCase: /[A-Z]/,
};

test("every name follows Prometheus' rules: a unit, `_total` on counters only, help, no ids as labels", () => {
  for (const name of NAMES) {
    const { type, help, ...rest } = METRICS[name];
    assert.match(name, /^(troupe|gen_ai)_[a-z0-9_]+$/);
    for (const [rule, wrong] of Object.entries(PROMTOOL)) assert.doesNotMatch(name, wrong, `${name}: ${rule}`);
    assert.equal(name.endsWith("_total"), type === "counter", name);
    assert.doesNotMatch(name, /_(ms|millis|kb|mb)(_|$)/, name);
    assert.match(help, /^[A-Z0-9].*\.$/, name);
    const labels: readonly string[] = "labels" in rest ? rest.labels : [];
    for (const label of labels) assert.doesNotMatch(label, /task|session|user|(^|_)id$/, `${name}{${label}}`);
    for (const label of labels) assert.match(label, /^[a-z][a-z0-9_]*$/, `${name}{${label}}`);
    if (type === "histogram" && !UNITLESS.has(name)) assert.match(name, /_(seconds|bytes)$/, name);
  }
});

test("what was counted, set and observed is read back with its labels", async () => {
  const metrics = new Metrics(["troupe_http_requests_total", "troupe_nodes", "troupe_http_request_duration_seconds"]);
  metrics.add("troupe_http_requests_total", { operation: "GET /a", status: "200" });
  metrics.add("troupe_http_requests_total", { operation: "GET /a", status: "200" }, 2);
  metrics.set("troupe_nodes", { status: "up" }, 3);
  metrics.observe("troupe_http_request_duration_seconds", { operation: "GET /a" }, 0.02);
  const text = await metrics.text();
  assert.match(text, /^# HELP troupe_nodes Nodes by status\.$/m);
  assert.match(text, /^troupe_http_requests_total\{operation="GET \/a",status="200"\} 3$/m);
  assert.match(text, /^troupe_nodes\{status="up"\} 3$/m);
  assert.match(text, /^troupe_http_request_duration_seconds_bucket\{le="0\.025",operation="GET \/a"\} 1$/m);
  assert.match(text, /^troupe_http_request_duration_seconds_bucket\{le="0\.01",operation="GET \/a"\} 0$/m);
});

test("a cleared gauge shows nothing of before, and what is collected is collected at each reading", async () => {
  const metrics = new Metrics(["troupe_alerts_firing"]);
  let readings = 0;
  metrics.beforeReading(() => {
    metrics.clear("troupe_alerts_firing");
    if (readings++ === 0) metrics.set("troupe_alerts_firing", { alert: "node_lost" }, 1);
  });
  assert.match(await metrics.text(), /troupe_alerts_firing\{alert="node_lost"\} 1/);
  assert.doesNotMatch(await metrics.text(), /node_lost/);
});

test("hostile label values stay inside of their quotes", async () => {
  const metrics = new Metrics(["troupe_alerts_firing"]);
  metrics.set("troupe_alerts_firing", { alert: 'a"} 1\nevil 2\\' }, 1);
  const lines = (await metrics.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  assert.equal(lines.length, 1);
});

test("the process's CPU time only grows, and its memory is there", async (t) => {
  const metrics = new Metrics(PROCESS_METRICS);
  t.after(collectProcessMetrics(metrics));
  const cpu = async () => Number(/^troupe_process_cpu_seconds_total (\S+)$/m.exec(await metrics.text())?.[1]);
  const first = await cpu();
  assert.ok(first > 0);
  assert.ok((await cpu()) >= first);
  assert.match(await metrics.text(), /troupe_process_resident_memory_bytes [1-9]/);
});
