import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createLogger,
  type HopId,
  newTaskId,
  type StoredRecord,
  Subjects,
  seededRandom,
  type TaskId,
  TroupeError,
} from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import type { Observation } from "../observer/observation.ts";
import { TaskIndex } from "../observer/task-index.ts";
import type { HourMinutes } from "./history.ts";
import { SloCounting } from "./slo-counting.ts";
import type { Counted } from "./slo-rows.ts";

const subjects = new Subjects("s");
const logger = createLogger({ name: "test", level: "silent" });
const HOUR = 3_600_000;
const START = 400_000 * HOUR;

const requireLeading = () => undefined;

/** What outlives a leader: the log's end records, and the rows. */
class Store {
  readonly ends = new Map<string, object>();
  readonly hours = new Map<number, HourMinutes>();
  counted: Counted = { ends: {}, steps: {} };
  isBroken = false;

  readonly rows = {
    read: async () => ({ hours: this.hours, counted: this.counted }),
    write: async (hour: number, minutes: HourMinutes, counted: Counted) => {
      if (this.isBroken) throw new TroupeError("unavailable", "no store");
      this.hours.set(hour, new Map(structuredClone([...minutes])));
      this.counted = counted;
    },
  };
  readonly log = {
    get: async (subject: string): Promise<StoredRecord | undefined> => {
      const body = this.ends.get(subject);
      if (!body) return undefined;
      const about = { subject, sequence: 1, storedAtMs: 0, header: undefined, encoding: "json" as const };
      return { ...about, body: Buffer.from(JSON.stringify(body)) };
    },
  };
}

class Term {
  readonly clock = new ManualClock(START);
  readonly index = new TaskIndex();
  readonly counting: SloCounting;

  constructor(store: Store) {
    const { index, clock } = this;
    this.counting = new SloCounting({
      subjects,
      index,
      log: store.log,
      rows: store.rows,
      clock,
      logger,
      requireLeading,
    });
  }
  see(...observations: readonly Observation[]): void {
    for (const observation of observations) {
      this.index.apply(observation);
      this.counting.observe(observation);
    }
  }
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.counting.round();
  }
  sum = () => this.counting.history.sum(HOUR, START + 60_000);
}

const random = seededRandom(7);
const clock = new ManualClock(START);
const task = (): TaskId => newTaskId(0, "v1" as never, clock, random);
const started = (id: TaskId, sequence: number, atMs = START): Observation => ({
  kind: "started",
  task: id,
  sequence,
  atMs,
  mailbox: "a",
  passport: undefined,
  origin: undefined,
});
const ended = (id: TaskId, sequence: number, isFromOutside = false, atMs = START + 2_000): Observation => ({
  kind: "ended",
  task: id,
  sequence,
  atMs,
  isFromOutside,
});

test("an ended task is counted once it has settled: its outcome and how long it took", async () => {
  const term = new Term(new Store());
  const id = task();
  term.see(started(id, 1), ended(id, 2));
  await term.pass(500);
  assert.equal(term.sum().tasks, 0);
  await term.pass(600);
  assert.equal(term.sum().tasks, 1);
  assert.deepEqual(Object.keys(term.sum().latencies), [String(Math.ceil(Math.log(2_000) / Math.log(1.1)))]);
});

test("the start may be seen after the end", async () => {
  const term = new Term(new Store());
  const id = task();
  term.see(ended(id, 2), started(id, 1));
  await term.pass(1_100);
  assert.equal(Object.keys(term.sum().latencies).length, 1);
});

test("who ended it from outside is told by the end record; one that cannot be read counts by its dead letter", async () => {
  const store = new Store();
  const term = new Term(store);
  const [failed, cancelled, expired, lost] = [task(), task(), task(), task()];
  store.ends.set(subjects.done(failed), {
    status: "failed",
    by: "supervisor",
    error: { code: "tool_failed", message: "" },
  });
  store.ends.set(subjects.done(cancelled), { status: "cancelled", by: "client" });
  store.ends.set(subjects.done(expired), { status: "expired", by: "timer" });
  const dead = { error: { code: "x", message: "" }, attempts: 1 };
  const hop = "0".repeat(26) as HopId;
  term.see({ kind: "died", task: lost, sequence: 3, atMs: START, hop, role: "a", body: dead, writer: undefined });
  for (const [i, id] of [failed, cancelled, expired, lost].entries()) term.see(ended(id, 10 + i, true));
  await term.pass(1_100);
  const { tasks, failed: count, unavailable } = term.sum();
  assert.deepEqual([tasks, count, unavailable], [3, 3, 1]);
});

test("a task that waited for a person is counted and not timed, one that waited for a role is", async () => {
  const term = new Term(new Store());
  const hop = "0".repeat(26) as HopId;
  for (const [i, awaited] of [
    { type: "signal" as const, hop, index: 0, name: "go" },
    { type: "call" as const, hop, index: 0, to: "b", body: 1 },
  ].entries()) {
    const id = task();
    const body = { need: 1, for: [awaited], input: "x" };
    term.see(started(id, 1), ended(id, 10 + i));
    term.see({ kind: "waiting", task: id, sequence: 3, atMs: START, hop, role: "a", wait: 1, body });
  }
  await term.pass(1_100);
  assert.equal(term.sum().tasks, 2);
  assert.equal(
    Object.values(term.sum().latencies).reduce((a, b) => a + b, 0),
    1,
  );
});

test("the next leader reads the log again and counts nothing twice, and what was not stored it counts anew", async () => {
  const store = new Store();
  const first = new Term(store);
  const [a, b] = [task(), task()];
  first.see(started(a, 1), ended(a, 2));
  first.counting.addCost({ shard: 0, sequence: 5, atMs: START, costMicros: 30 });
  await first.pass(1_100);
  assert.deepEqual(store.counted, { ends: { 0: 2 }, steps: { 0: 5 } });
  first.see(started(b, 3), ended(b, 4));
  await first.pass(1_100);
  assert.equal(first.sum().tasks, 2);

  const second = new Term(store);
  second.see(started(a, 1), ended(a, 2), started(b, 3), ended(b, 4));
  for (const sequence of [5, 6]) second.counting.addCost({ shard: 0, sequence, atMs: START, costMicros: 30 });
  await second.pass(1_100);
  assert.deepEqual([second.sum().tasks, second.sum().costMicros], [2, 60]);
  assert.equal(second.counting.countedStep(0), 6);
});

test("counts that cannot be stored are stored later", async () => {
  const store = new Store();
  const term = new Term(store);
  const id = task();
  store.isBroken = true;
  term.see(started(id, 1), ended(id, 2));
  await term.pass(1_100);
  assert.equal(store.hours.size, 0);
  store.isBroken = false;
  await term.pass(11_000);
  assert.equal(store.hours.size, 1);
});
