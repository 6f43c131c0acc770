/** Schedules that broke earlier forms of the protocol and that random seeds would rarely hit, forced. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { complete } from "../actor/outcome.ts";
import { outputUnread } from "../testing/sim-mutants.ts";
import { runForced, type Stage } from "../testing/sim-run.ts";
import type { Scenario } from "../testing/sim-scenario.ts";
import { MODEL_SCENARIOS, MORE_SCENARIOS } from "../testing/sim-scenarios.ts";
import type { SimMode } from "../testing/sim-store.ts";

const scenarios = { ...MODEL_SCENARIOS, ...MORE_SCENARIOS };

async function force(name: string | Scenario, mode: SimMode, stages: readonly Stage[]) {
  const scenario = typeof name === "string" ? scenarios[name] : name;
  assert.ok(scenario);
  const { violation, world } = await runForced(scenario, mode, stages, { isTraced: true });
  assert.equal(violation, undefined, world.lines.join("\n"));
  const names = world.store.records.map(({ subject }) => subject.split(".").slice(-3).join("."));
  return { names, count: (pattern: RegExp) => names.filter((one) => pattern.test(one)).length };
}

const modes = ["R1", "R3"] as const;

for (const mode of modes) {
  test(`${mode}: outputs of a wait that its writer left unfinished are completed after the hop moved on`, async () => {
    const { count } = await force("anyThen", mode, [
      { take: /^0 append .*m\.call\.b/, hold: /m\.call\.c/ },
      { take: /^crash 0$/, hold: /m\.call\.c/ },
      { take: /append .*c\.wait\.2 /, hold: /redeliver #1$/ },
    ]);
    assert.equal(count(/m\.call\.c/), 2);
  });

  test(`${mode}: the original, delivered again while the continuation runs, is acked and claims nothing`, async () => {
    const { count } = await force("call", mode, [
      { take: /^lost: ack #1$/, hold: /^ack #1$/ },
      { take: /append .*c\.claim\.1 /, hold: /redeliver #1$/ },
      { take: /^redeliver #1$/, hold: /resume/ },
      { take: /^deliver #1$/, hold: /resume/ },
    ]);
    assert.equal(count(/c\.claim/), 1);
  });

  test(`${mode}: a state updated before a crash is adopted, not updated again`, async () => {
    const { count } = await force("state", mode, [
      { take: /^0 append .*v\.rev\.1 /, hold: /^[^0] / },
      { take: /^crash 0$/, hold: /^(resume 0|0 append)/ },
    ]);
    assert.equal(count(/v\.rev/), 2);
  });

  test(`${mode}: freezing on a message, again and again, does not park it`, async () => {
    const { count } = await force("poison", mode, [
      { take: /^freeze 0$/ },
      { take: /^1 append .*c\.claim\.1 /, hold: /thaw/ },
      { take: /^freeze 1$/, hold: /thaw|resume 1/ },
      { take: /^2 append .*c\.claim\.2 /, hold: /thaw/ },
      { take: /^freeze 2$/, hold: /thaw|resume 2/ },
      { take: /^3 append .*c\.claim\.3 /, hold: /thaw/ },
    ]);
    assert.equal(count(/c\.dead/), 0);
  });

  test(`${mode}: a message that three executors died of is parked`, async () => {
    const { names, count } = await force("poison", mode, [
      { take: /^crash 0$/ },
      { take: /^resume 1 after append .*c\.claim\.1 / },
      { take: /^crash 1$/ },
      { take: /^resume 2 after append .*c\.claim\.2 / },
      { take: /^crash 2$/ },
    ]);
    assert.equal(count(/c\.dead/), 1);
    assert.ok(names.includes("t.done.client"));
  });

  test(`${mode}: a crash between done and ack, twice, leaves one end and no dead letter`, async () => {
    const { count } = await force({ roles: { a: () => complete(1) } }, mode, [
      { take: /^resume 0 after append .*t\.done/, hold: /^ack/ },
      { take: /^lost: ack #1$/, hold: /^ack/ },
      { take: /^resume 1 after append .*t\.done/ },
      { take: /^lost: ack #1$|^crash 1$/, hold: /^ack/ },
    ]);
    assert.deepEqual([count(/t\.done/), count(/c\.dead/)], [1, 0]);
  });

  test(`${mode}: a turn that is cancelled while its handler runs does not write after the next turn`, async () => {
    const { count } = await force("turnsCancel", mode, [
      { take: /^resume 0 after append .*s\.step\.1 /, hold: /^cancel/ },
      { take: /^cancel$/, hold: /^0 append .*v\.rev/ },
      { take: /^(?!0 )\d+ append .*v\.rev\.1 /, hold: /^0 |^resume 0/ },
    ]);
    assert.equal(count(/v\.rev/), 2);
  });

  test(`${mode}: a delivery count that restarts behind a dead executor's claim stalls nothing`, async () => {
    const { count } = await force("steps", mode, [
      { take: /^crash 0$/ },
      { take: /^resume 1 after append .*c\.claim\.1 / },
      { take: /^crash 1$/ },
      { take: /^reset$/, hold: /redeliver/ },
    ]);
    assert.ok(count(/c\.claim/) >= 2);
  });
}

const lostOutput: readonly Stage[] = [
  { take: /^applied 0 append .*m\.fan\.b/, hold: /^confirm/ },
  { take: /^0 append .*m\.fan\.b/, hold: /^confirm/ },
  { take: /^leader change/, hold: /^confirm/ },
];

test("R3: an output whose own lost copy was answered with 'exists' is published again", async () => {
  const { count } = await force("fan", "R3", [{ take: /^confirm/, hold: /m\.fan/ }, ...lostOutput]);
  assert.equal(count(/m\.fan\.b/), 1);
});

test("R3: to believe that answer without reading loses the output, and is caught", async () => {
  const { fan } = scenarios;
  assert.ok(fan);
  const { violation } = await runForced(fan, "R3", [{ take: /^confirm/, hold: /m\.fan/ }, ...lostOutput], {
    mutant: outputUnread,
  });
  assert.match(violation ?? "", /never published|stall/);
});

test("R3: a fence that moved while nothing newer can be read is no loss of the hop", async () => {
  const { count } = await force("steps", "R3", [
    { take: /^applied 0 append .*s\.step\.1 / },
    { take: /^confirm$/, hold: /^0 append/ },
    { take: /^0 append .*s\.step\.1 / },
    { take: /^stale 0 last/ },
  ]);
  assert.equal(count(/c\.claim/), 0);
});
