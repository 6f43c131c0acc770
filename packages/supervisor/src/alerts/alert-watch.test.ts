import assert from "node:assert/strict";
import { test } from "node:test";
import type { AlertNotice } from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import type { ControlEvent } from "../control-events.ts";
import type { ClusterView } from "../health/cluster-view.ts";
import { EMPTY_MEMBERSHIP } from "../membership/snapshot.ts";
import { AlertWatch, FiringRecord } from "./alert-watch.ts";

const view = (nowMs: number, oldest: Readonly<Record<string, number>>): ClusterView => ({
  system: "s",
  supervisor: { id: "s1", epoch: 1, sinceMs: 0 },
  nowMs,
  membership: EMPTY_MEMBERSHIP,
  desired: undefined,
  assignment: new Map(),
  rows: [],
  unplaced: [],
  queues: [],
  oldestWaiting: new Map(Object.entries(oldest)),
  openTasks: 0,
  recentDeadTasks: 0,
  slowTasks: new Map(),
  recentOutcomes: new Map(),
  outcomesOf: () => ({ failed: 0, total: 0 }),
  slo: { system: "s", at: "1970-01-01T00:00:00.000Z", since: null, objectives: [] },
  queueAgeAlertMs: 1_000,
  slowTaskAlertMs: 1_000,
});

function watched(graceMs = 0) {
  const clock = new ManualClock(10_000);
  const events: ControlEvent[] = [];
  const notices: AlertNotice[] = [];
  const watch = new AlertWatch({
    system: "s",
    events: { record: (event) => void events.push(event) },
    sinks: [{ tell: (notice) => void notices.push(notice) }],
    clock,
    graceMs,
  });
  const look = (oldest: Readonly<Record<string, number>>) => {
    notices.length = 0;
    watch.look(view(clock.nowMs(), oldest));
    return notices.map(({ state, name, about }) => `${state} ${name} ${about}`);
  };
  return { clock, watch, look, events, notices };
}

test("an alert is told once when it fires and once when it is over, to events and sinks alike", async () => {
  const { clock, look, events, notices } = watched();
  assert.deepEqual(look({ "v1/a": 9_500 }), []);
  await clock.advance(500);
  assert.deepEqual(look({ "v1/a": 9_500 }), ["fired queue_age v1/a"]);
  assert.equal(notices[0]?.severity, "warning");
  assert.deepEqual(look({ "v1/a": 9_500 }), []);
  assert.deepEqual(look({ "v1/a": 9_500, "v1/b": 9_000 }), ["fired queue_age v1/b"]);
  assert.deepEqual(look({ "v1/b": 9_000 }), ["resolved queue_age v1/a"]);
  assert.deepEqual(
    events.map(({ name, about }) => `${name} ${about}`),
    ["alert.fired queue_age v1/a", "alert.fired queue_age v1/b", "alert.resolved queue_age v1/a"],
  );
});

test("the next leader goes on with what fires: it tells nothing twice, and resolves nothing before it has listened", async () => {
  const before = watched();
  before.look({ "v1/a": 0, "v1/b": 0 });
  const record = FiringRecord.parse(before.events.at(-1)?.details?.["firing"]);
  assert.deepEqual(record.map(({ about }) => about).toSorted(), ["v1/a", "v1/b"]);
  const next = watched(5_000);
  next.watch.restore([...record, { name: "of_a_newer_release", about: "x", text: "", since: "" }]);
  assert.deepEqual(next.look({ "v1/a": 0 }), []);
  assert.equal(next.watch.firingIn(view(next.clock.nowMs(), {})).length, 2);
  await next.clock.advance(5_000);
  assert.deepEqual(next.look({ "v1/a": 0 }), ["resolved queue_age v1/b"]);
  assert.deepEqual(next.look({ "v1/a": 0 }), []);
});

test("a condition that comes and goes every second is told to begin twice, shows all the while, and is over when it is calm", async () => {
  const { clock, watch, look } = watched();
  const told: string[] = [];
  for (let second = 0; second < 30; second++) {
    told.push(...look(second % 2 === 0 ? { "v1/a": 0 } : {}));
    await clock.advance(1_000);
  }
  assert.deepEqual(
    told.map((line) => line.split(" ", 1)[0]),
    ["fired", "resolved", "fired"],
  );
  assert.equal(watch.firingIn(view(clock.nowMs(), {})).length, 1);
  await clock.advance(60_000);
  assert.deepEqual(look({}), ["resolved queue_age v1/a"]);
});
