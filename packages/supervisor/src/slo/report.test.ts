import assert from "node:assert/strict";
import { test } from "node:test";
import { Slos, type SlosInput } from "@troupe/runtime/internal";
import fc from "fast-check";
import { bucketOf } from "./latencies.ts";
import { reportOf, type SumOf } from "./report.ts";
import { sloAlerts } from "./slo-alerts.ts";
import { EMPTY_TALLY, type Tally } from "./tally.ts";

const HOUR = 3_600_000;
const report = (sumOf: SumOf, slos: SlosInput = {}, uncounted: ReadonlySet<"cost"> = new Set()) =>
  reportOf({ system: "s", nowMs: 0, sinceMs: 0, slos: Slos.parse(slos), uncounted, sumOf });
const objective = (sumOf: SumOf, name: string, slos?: SlosInput) => {
  const found = report(sumOf, slos).objectives.find((one) => one.name === name);
  assert.ok(found);
  return found;
};
const always =
  (tally: Partial<Tally>): SumOf =>
  () => ({ ...EMPTY_TALLY, ...tally });

test("the defaults are those that are promised", () => {
  const { objectives } = report(always({}));
  assert.deepEqual(
    objectives.map(({ name, target, alert, window_ms, status }) => [name, target, alert, window_ms / HOUR, status]),
    [
      ["availability", 0.999, 0.995, 720, "no_data"],
      ["latency", 5_000, 8_000, 24, "no_data"],
      ["errors", 0.01, 0.05, 24, "no_data"],
      ["cost", 0.05, 0.1, 168, "no_data"],
    ],
  );
});

const latencies = (slow: number) => ({ [bucketOf(1_000)]: 100 - slow, [bucketOf(60_000)]: slow });

test("each objective is met, missed or alarming by its value in its window, with what is left of its budget", () => {
  const cases: readonly (readonly [string, Partial<Tally>, string, number, number])[] = [
    ["availability", { tasks: 10_000, unavailable: 5 }, "met", 0.9995, 0.5],
    ["availability", { tasks: 10_000, unavailable: 30 }, "missed", 0.997, -2],
    ["availability", { tasks: 100, unavailable: 1 }, "alarming", 0.99, -9],
    ["errors", { tasks: 1_000, failed: 5 }, "met", 0.005, 0.5],
    ["errors", { tasks: 1_000, failed: 20 }, "missed", 0.02, -1],
    ["errors", { tasks: 100, failed: 10 }, "alarming", 0.1, -9],
    ["cost", { tasks: 10, costMicros: 250_000 }, "met", 0.025, 0.5],
    ["cost", { tasks: 10, costMicros: 750_000 }, "missed", 0.075, -0.5],
    ["cost", { tasks: 10, costMicros: 2_000_000 }, "alarming", 0.2, -3],
  ];
  for (const [name, tally, status, value, left] of cases) {
    const found = objective(always(tally), name);
    assert.deepEqual([found.status, found.value, found.budget_left], [status, value, left], name);
  }
  const fast = objective(always({ latencies: latencies(2) }), "latency");
  assert.equal(fast.status, "met");
  assert.ok(Math.abs((fast.budget_left ?? 0) - 0.6) < 0.001, String(fast.budget_left));
  assert.equal(objective(always({ latencies: latencies(10) }), "latency").status, "alarming");
});

test("an objective that is switched off is not reported, and one that nothing is counted for has no data", () => {
  assert.deepEqual(
    report(always({ tasks: 1 }), { latency: false, cost: false }).objectives.map(({ name }) => name),
    ["availability", "errors"],
  );
  const { objectives } = report(always({ tasks: 5, costMicros: 9 }), {}, new Set(["cost"]));
  assert.equal(objectives.find(({ name }) => name === "cost")?.status, "no_data");
});

test("a file's objectives are refused when the alert is on the wrong side of the target", () => {
  for (const slos of [
    { availability: { target: 0.9, alertBelow: 0.99 } },
    { latency: { targetMs: 10_000 } },
    { errors: { target: 0.2 } },
    { cost: { targetUsd: 1 } },
  ])
    assert.equal(Slos.safeParse(slos).success, false, JSON.stringify(slos));
});

test("whatever is counted, the budget that is left and the status say the same, and burn is what was spent", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (tasks, share) => {
      const failed = Math.floor(tasks * share);
      const { status, budget_left: left, burn } = objective(always({ tasks, failed, unavailable: failed }), "errors");
      assert.ok(left !== null);
      assert.equal(left >= 0, status === "met");
      for (const { rate } of burn) assert.ok(Math.abs(rate - (1 - left)) < 1e-6);
    }),
  );
});

/** Failures by window: 5 min, 30 min, 1 h, 6 h, 72 h and the rest. */
const failing =
  (shares: Readonly<Record<number, number>>, tasks = 1_000): SumOf =>
  (windowMs) => ({ ...EMPTY_TALLY, tasks, failed: Math.round((shares[windowMs] ?? 0) * tasks) });
const alertsOf = (sumOf: SumOf) => sloAlerts(report(sumOf)).map(({ name, about }) => `${name} ${about}`);
const [M5, M30, H1, H6, H72] = [300_000, 1_800_000, HOUR, 6 * HOUR, 72 * HOUR];

test("a budget burns too fast only when a long and a short window say so", () => {
  const cases: readonly (readonly [Readonly<Record<number, number>>, readonly string[]])[] = [
    [{ [H1]: 0.15, [M5]: 0.15 }, ["slo_burn_fast errors"]],
    [{ [H1]: 0.15, [M5]: 0.01 }, []],
    [{ [H1]: 0.01, [M5]: 0.5 }, []],
    [{ [H6]: 0.07, [M30]: 0.07 }, ["slo_burn_fast errors"]],
    [{ [H72]: 0.02, [H6]: 0.02 }, []],
  ];
  for (const [shares, expected] of cases) assert.deepEqual(alertsOf(failing(shares)), expected, JSON.stringify(shares));
});

const unavailable =
  (shares: Readonly<Record<number, number>>): SumOf =>
  (windowMs) => ({ ...EMPTY_TALLY, tasks: 10_000, unavailable: (shares[windowMs] ?? 0) * 10_000 });

test("a slow burn of a long objective is told too, and the value beyond its threshold", () => {
  assert.deepEqual(alertsOf(unavailable({ [H72]: 0.002, [H6]: 0.002 })), ["slo_burn_slow availability"]);
  assert.deepEqual(alertsOf(unavailable({ [720 * HOUR]: 0.01 })), ["slo_missed availability"]);
});

test("of fewer than ten tasks nothing fires", () => {
  const all = { [M5]: 1, [H1]: 1, [M30]: 1, [H6]: 1, [24 * HOUR]: 1 };
  assert.deepEqual(alertsOf(failing(all, 9)), []);
  assert.deepEqual(alertsOf(failing(all, 10)), ["slo_missed errors", "slo_burn_fast errors"]);
});
