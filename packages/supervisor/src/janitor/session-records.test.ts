import assert from "node:assert/strict";
import { test } from "node:test";
import { type SessionKey, Subjects } from "@troupe/runtime/internal";
import { oldRevisions, spentTurns } from "./session-records.ts";

const subjects = new Subjects("troupe");
const KEY = "1".repeat(26) as SessionKey;

const turns = [1, 2, 3].map((n) => ({ subject: subjects.turn(0, KEY, n), sequence: 10 + n }));
const revisions = (role: string, first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => ({
    subject: subjects.stateRevision(0, KEY, role, first + i),
    sequence: 100 * role.length + first + i,
  }));

test("turns up to an ended one are spent, later ones stay", () => {
  assert.deepEqual(spentTurns(subjects, turns, 2), [11, 12]);
  assert.deepEqual(spentTurns(subjects, turns, 0), []);
  assert.deepEqual(spentTurns(subjects, revisions("a", 1, 2), 9), [], "a revision is no turn");
});

test("the last revisions of each role stay", () => {
  const all = [...revisions("a", 1, 5), ...revisions("bb", 3, 4)];
  assert.deepEqual(oldRevisions(subjects, all, 3), [101, 102]);
  assert.deepEqual(oldRevisions(subjects, all, 0).length, 7);
  assert.deepEqual(oldRevisions(subjects, turns, 0), []);
});
