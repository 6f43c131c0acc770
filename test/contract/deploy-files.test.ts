/**
 * The files under deploy/ and compose.yaml against what the project has: metrics that exist, expressions that parse, flags that commands take, files
 * that are there. (promtool's own verdict is in test/interop; no container is started.)
 */
import assert from "node:assert/strict";
import { access, readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parser } from "@prometheus-io/lezer-promql";
import { METRICS } from "@troupe/runtime/internal";
import { parse } from "yaml";
import { z } from "zod";
import { runCommand } from "../support/cli-in-process.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => readFile(new URL(path, ROOT), "utf8");
const yamlOf = async (path: string): Promise<unknown> => parse(await read(path), { merge: true });

const Rule = z.strictObject({
  record: z.string().optional(),
  alert: z.string().optional(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(["warning", "critical"]) }).optional(),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook: z.string() }).optional(),
});
const Rules = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), interval: z.string().optional(), rules: z.array(Rule) })),
});
const RuleTests = z.looseObject({
  tests: z.array(
    z.looseObject({
      input_series: z.array(z.looseObject({ series: z.string() })),
      alert_rule_test: z.array(z.looseObject({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })),
    }),
  ),
});
const Panel = z.looseObject({
  title: z.string(),
  type: z.enum(["row", "timeseries", "stat"]),
  gridPos: z.strictObject({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  datasource: z.looseObject({ uid: z.string() }).optional(),
  targets: z.array(z.looseObject({ expr: z.string() })).optional(),
});
const Dashboard = z.looseObject({ uid: z.string(), title: z.string(), panels: z.array(Panel) });

const rulesOf = async () =>
  Rules.parse(await yamlOf("deploy/prometheus/rules/troupe.yml")).groups.flatMap(({ rules }) => rules);
async function dashboards() {
  const folder = new URL("deploy/grafana/dashboards/", ROOT);
  const names = await readdir(folder);
  return Promise.all(
    names.map(async (name) => Dashboard.parse(JSON.parse(await readFile(new URL(name, folder), "utf8")))),
  );
}

/** Metrics that an expression names, with the labels that it selects or groups by. Throws where it does not parse. */
function metricsIn(expression: string): readonly string[] {
  const metrics: string[] = [];
  parser.parse(expression).iterate({
    enter: (node) => {
      const text = expression.slice(node.from, node.to);
      if (node.type.isError) throw new Error(`does not parse at ${node.from}: ${expression}`);
      if (node.name === "Identifier" && node.node.parent?.name === "VectorSelector") metrics.push(text);
    },
  });
  return metrics;
}

/** Labels in selectors, by the metric that they select from. */
function labelsIn(expression: string): readonly { readonly metric: string; readonly label: string }[] {
  const labels: { metric: string; label: string }[] = [];
  parser.parse(expression).iterate({
    enter: (node) => {
      if (node.name !== "LabelName") return;
      let above = node.node.parent;
      while (above && above.name !== "VectorSelector") above = above.parent;
      const named = above?.getChild("Identifier");
      if (named)
        labels.push({ metric: expression.slice(named.from, named.to), label: expression.slice(node.from, node.to) });
    },
  });
  return labels;
}

interface Declared {
  readonly type: string;
  readonly labels: readonly string[];
}
const DECLARED: ReadonlyMap<string, Declared> = new Map(
  Object.entries(METRICS).map(([name, metric]) => [
    name,
    { type: metric.type, labels: "labels" in metric ? metric.labels : [] },
  ]),
);
/** What a series of that name belongs to: of a histogram there are three. */
function declaredOf(series: string): Declared | undefined {
  const histogram = DECLARED.get(series.replace(/_(bucket|sum|count)$/, ""));
  return DECLARED.get(series) ?? (histogram?.type === "histogram" ? histogram : undefined);
}

test("a metric that nobody serves and an expression that does not parse would be found", () => {
  assert.throws(() => metricsIn("sum(rate(troupe_nodes[5m])"));
  assert.deepEqual(metricsIn('max(troupe_nodes{status="up"}) > on (a) x:y'), ["troupe_nodes", "x:y"]);
  assert.deepEqual(labelsIn('max(troupe_nodes{status="up"})'), [{ metric: "troupe_nodes", label: "status" }]);
  assert.equal(declaredOf("troupe_nothing"), undefined);
  assert.equal(declaredOf("troupe_nodes_bucket"), undefined);
});

test("every expression of rules and dashboards parses, and names metrics, labels and records that exist", async () => {
  const rules = await rulesOf();
  const records = new Set(rules.flatMap(({ record }) => record ?? []));
  const panels = (await dashboards()).flatMap(({ panels: all }) => all);
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ];
  assert.ok(expressions.length > 60, String(expressions.length));
  for (const expression of expressions) {
    const metrics = metricsIn(expression);
    assert.ok(metrics.length > 0, expression);
    for (const metric of metrics) assert.ok(records.has(metric) || declaredOf(metric), `${metric} in ${expression}`);
    for (const { metric, label } of labelsIn(expression))
      assert.ok(declaredOf(metric)?.labels.includes(label), `${metric}{${label}} in ${expression}`);
  }
});

test("counters are read by their rates, and gauges are not", async () => {
  const panels = (await dashboards()).flatMap(({ panels: all }) => all);
  const expressions = [
    ...(await rulesOf()).map(({ expr }) => expr),
    ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ];
  for (const expression of expressions)
    for (const metric of metricsIn(expression)) {
      const type = declaredOf(metric)?.type;
      if (type === undefined) continue;
      const isRated = new RegExp(`(rate|increase)\\(${metric}(\\{[^}]*\\})?\\[`).test(expression);
      assert.equal(isRated, type !== "gauge", `${metric} (${type}) in ${expression}`);
    }
});

test("every alert says how bad it is, what it is and what to do, and has a unit test that fires it", async () => {
  const alerts = (await rulesOf()).filter(({ alert }) => alert !== undefined);
  const { tests } = RuleTests.parse(await yamlOf("deploy/prometheus/rules/troupe.test.yml"));
  const fired = new Set(
    tests.flatMap(({ alert_rule_test: cases }) =>
      cases.flatMap(({ alertname, exp_alerts: expected }) => (expected.length > 0 ? [alertname] : [])),
    ),
  );
  for (const { alert, labels, annotations } of alerts) {
    assert.ok(labels && annotations, String(alert));
    assert.ok(fired.has(alert ?? ""), `${alert} is fired by no test`);
  }
  for (const { input_series: series } of tests)
    for (const { series: text } of series) assert.ok(metricsIn(text).every(declaredOf), text);
});

test("what an alert points to exists: a command, or a page", async () => {
  for (const { annotations } of await rulesOf()) {
    if (!annotations) continue;
    const { runbook } = annotations;
    if (runbook.startsWith("docs/")) await access(new URL(runbook, ROOT));
    else assert.equal((await runCommand([...runbook.split(" ").slice(1), "--help"])).code, 0, runbook);
  }
});

test("dashboards have names of their own, and panels that do not overlap", async () => {
  const all = await dashboards();
  assert.equal(new Set(all.map(({ uid }) => uid)).size, all.length);
  const { datasources } = z
    .looseObject({ datasources: z.array(z.looseObject({ uid: z.string() })) })
    .parse(await yamlOf("deploy/grafana/provisioning/datasources/troupe.yml"));
  for (const { title, panels } of all) {
    const taken = new Set<string>();
    for (const { gridPos, datasource, title: panel } of panels) {
      assert.ok(
        datasource === undefined || datasources.some(({ uid }) => uid === datasource.uid),
        `${title}: ${panel}`,
      );
      assert.ok(gridPos.x + gridPos.w <= 24, `${title}: ${panel}`);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(!taken.has(`${x},${y}`), `${title}: ${panel} lies on another panel`);
          taken.add(`${x},${y}`);
        }
    }
  }
});

const Service = z.strictObject({
  build: z.string().optional(),
  image: z
    .string()
    .regex(/:\d|:v\d/)
    .optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/)).optional(),
  volumes: z.array(z.string()).optional(),
  healthcheck: z.strictObject({ test: z.array(z.string()), interval: z.string(), retries: z.number() }).optional(),
  depends_on: z
    .union([z.array(z.string()), z.record(z.string(), z.strictObject({ condition: z.string() }))])
    .optional(),
  profiles: z.array(z.string()).optional(),
  restart: z.enum(["unless-stopped", "no"]),
  stop_grace_period: z.string().optional(),
});
const Compose = z.looseObject({ services: z.record(z.string(), Service), volumes: z.record(z.string(), z.null()) });
const compose = async () => Compose.parse(await yamlOf("compose.yaml"));

test("compose.yaml runs NATS, supervisor, gateway, three nodes, Prometheus, Grafana and Jaeger, on this machine's own ports", async () => {
  const { services, volumes } = await compose();
  const expected = [
    "nats",
    "supervisor",
    "gateway",
    "node-1",
    "node-2",
    "node-3",
    "prometheus",
    "grafana",
    "jaeger",
    "deploy",
  ];
  assert.deepEqual(Object.keys(services).toSorted(), expected.toSorted());
  for (const [name, { image, build, volumes: mounts = [], depends_on: needs = [] }] of Object.entries(services)) {
    assert.equal(image === undefined, build !== undefined, name);
    for (const mount of mounts) {
      const [source = ""] = mount.split(":");
      if (source.startsWith("./")) await access(fileURLToPath(new URL(source, ROOT)));
      else assert.ok(source in volumes, mount);
    }
    for (const needed of Array.isArray(needs) ? needs : Object.keys(needs))
      assert.ok(needed in services, `${name} needs ${needed}`);
  }
});

test("every command of compose.yaml is one that the command line takes", async () => {
  const { services } = await compose();
  for (const [name, { build, command = [] }] of Object.entries(services)) {
    if (build === undefined) continue;
    const { code, stderr } = await runCommand([...command, "--help"]);
    assert.equal(code, 0, `${name}: ${stderr}`);
    const wrong = await runCommand([...command, "--no-such-flag"]);
    assert.match(wrong.stderr, /unknown option '--no-such-flag'/, `${name}: ${wrong.stderr}`);
  }
});

test("Prometheus scrapes what compose.yaml serves, by the rules that are mounted", async () => {
  const Config = z.looseObject({
    rule_files: z.array(z.string()),
    scrape_configs: z.array(
      z.looseObject({ static_configs: z.array(z.strictObject({ targets: z.array(z.string()) })) }),
    ),
  });
  const config = Config.parse(await yamlOf("deploy/prometheus/prometheus.yml"));
  const { services } = await compose();
  const targets = config.scrape_configs.flatMap(({ static_configs: some }) => some.flatMap(({ targets: all }) => all));
  for (const target of targets) {
    const [name = "", port = ""] = target.split(":");
    assert.ok(
      services[name]?.command?.some((argument) => argument === port || argument === `0.0.0.0:${port}`),
      target,
    );
  }
  const served = Object.entries(services).filter(
    ([, { command }]) => command?.includes("--metrics") || command?.[0] === "gateway",
  );
  assert.equal(targets.length, served.length);
  for (const file of config.rule_files)
    assert.ok(
      services["prometheus"]?.volumes?.some((mount) => mount.includes(`:/etc/prometheus/${file}:`)),
      file,
    );
});
