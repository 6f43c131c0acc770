import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditEvent } from "../contracts/audit.ts";
import { TroupeError } from "../errors.ts";
import { createLogger } from "../telemetry/logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { AuditNotes } from "./audit-notes.ts";
import type { AuditDetails } from "./audit-writer.ts";

const logger = createLogger({ name: "test", level: "silent" });
const login: AuditEvent = { event: "login", who: {} };
const act = (about: string): AuditEvent => ({ event: "operator_act", who: {}, act: "scale", about });

function bed(burst = 10) {
  const clock = new ManualClock();
  const stored: { what: AuditEvent; details: AuditDetails }[] = [];
  const failures: Error[] = [];
  const store = async (what: AuditEvent, details: AuditDetails = {}): Promise<void> => {
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    stored.push({ what, details });
  };
  return { clock, stored, failures, notes: new AuditNotes({ writer: { store }, clock, logger, burst, perSecond: 2 }) };
}

/** Lets time pass until it has ended. */
async function until(done: Promise<void>, clock: ManualClock): Promise<void> {
  const ended = done.then(() => "ended");
  for (let round = 0; round < 100; round++) {
    await clock.advance(100);
    if ((await Promise.race([ended, Promise.resolve("not yet")])) === "ended") return;
  }
  assert.fail("it did not end");
}

test("what is noted is stored in its order, with the time at which it was noted", async () => {
  const { notes, stored, clock } = bed();
  notes.note(act("one"));
  notes.note(act("two"), { id: "x" });
  await notes.flush();
  assert.deepEqual(
    stored.map(({ what }) => what),
    [act("one"), act("two")],
  );
  assert.deepEqual(stored[1]?.details, { id: "x", atMs: clock.nowMs() });
});

test("of too many at once the rest is one entry a kind, with their number; more are allowed as time goes on", async () => {
  const { notes, stored, clock } = bed(3);
  for (let i = 0; i < 10; i++) notes.note(login);
  for (let i = 0; i < 5; i++) notes.note(act("a"));
  await until(notes.flush(), clock);
  assert.deepEqual(
    stored.map(({ what, details }) => (what.event === "omitted" ? `${details.count} × ${what.of}` : what.event)),
    ["login", "login", "login", "7 × login", "5 × operator_act"],
  );
  await clock.advance(1_000);
  notes.note(login);
  await notes.flush();
  assert.equal(stored.at(-1)?.what.event, "login");
});

test("an entry that the store does not take now is tried again, one that it never takes is given up", async () => {
  const { notes, stored, failures, clock } = bed();
  failures.push(new TroupeError("unavailable", "away"));
  notes.note(act("later"));
  await until(notes.flush(), clock);
  assert.equal(stored.length, 1);
  failures.push(new TypeError("no entry"));
  notes.note(act("broken"));
  notes.note(act("next"));
  await notes.flush();
  assert.deepEqual(
    stored.map(({ what }) => what),
    [act("later"), act("next")],
  );
});

test("after the end nothing is taken, and what was waiting is given up", async () => {
  const { notes, stored, failures } = bed();
  failures.push(new TroupeError("unavailable", "away"));
  notes.note(act("lost"));
  const flushed = notes.flush();
  notes.close();
  await flushed;
  notes.note(act("late"));
  await notes.flush();
  assert.deepEqual(stored, []);
});
