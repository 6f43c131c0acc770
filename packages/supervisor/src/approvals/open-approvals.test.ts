import assert from "node:assert/strict";
import { test } from "node:test";
import { type AuditEvent, approvalHash, type HopId, type TaskId } from "@troupe/runtime/internal";
import type { Observation } from "../observer/observation.ts";
import { TaskIndex } from "../observer/task-index.ts";
import { ApprovalNotes } from "./approval-notes.ts";
import { listApprovals, overAtMsOf } from "./open-approvals.ts";

const task = (n: number) => `0-v1-${String(n).padStart(26, "0")}` as TaskId;
const hopOf = (digit: string) => digit.repeat(26) as HopId;
const ASKER = hopOf("1");
const passport = (tenant: string) => ({ index: 0, tenant, depth: 0, trail: [], taint: [], requires: [] });
const started = (n: number, tenant = "acme"): Observation => ({
  kind: "started",
  task: task(n),
  sequence: 1,
  atMs: n,
  mailbox: "payer",
  passport: passport(tenant),
  origin: undefined,
});

function asking(n: number, approvals = 1, change: object = {}): Observation {
  const terms = { act: { pay: n }, approvals };
  const hash = approvalHash(task(n), "payer", terms);
  const slots = Array.from({ length: approvals }, (_, slot) => ({
    type: "approval" as const,
    hop: hopOf(String(slot + 2)),
    index: slot,
    hash,
    afterMs: 1_000,
    ...(slot === 0 ? { terms: { ...terms, ...change } } : {}),
  }));
  const body = { need: approvals, for: slots, input: "x" };
  return { kind: "waiting", task: task(n), sequence: 2, atMs: n, hop: ASKER, role: "payer", wait: 1, body };
}

const answered = (n: number, slot: number, isYes: boolean): Observation => {
  const vote = { hash: "a".repeat(64), by: "ann", proof: "http" };
  const reply = isYes ? { value: vote } : { error: { code: "approval_denied", message: "no", details: vote } };
  const asker = { hop: ASKER, wait: 1 };
  return {
    kind: "answered",
    task: task(n),
    sequence: 3,
    atMs: n,
    hop: hopOf(String(slot + 2)),
    from: "human",
    asker,
    reply,
  };
};

function indexOf(...observations: Observation[]): TaskIndex {
  const index = new TaskIndex();
  for (const observation of observations) index.apply(observation);
  return index;
}
const ids = (index: TaskIndex, request = {}) => listApprovals(index, request).approvals.map((one) => one.task_id);

test("what waits is listed until it is decided, or its task ends, whatever the order in which records are seen", () => {
  const seen = [started(1), asking(1), started(2), asking(2), started(3), asking(3, 2), started(4), asking(4, 2)];
  const open = indexOf(...seen);
  assert.deepEqual(ids(open), [task(1), task(2), task(3), task(4)]);
  const ended: Observation = { kind: "ended", task: task(2), sequence: 9, atMs: 9, isFromOutside: true };
  const later = [answered(1, 0, true), answered(3, 0, true), answered(4, 0, false), ended];
  for (const order of [
    [...seen, ...later],
    [...seen.toReversed(), ...later],
    [...later.slice(0, 3), ...seen, ended],
  ]) {
    assert.deepEqual(ids(indexOf(...order)), [task(3)]);
  }
  const [half] = listApprovals(indexOf(...seen, ...later), {}).approvals;
  assert.deepEqual([half?.approvals, half?.approved, half?.summary], [2, 1, '{"pay":3}']);
});

test("a list is of one tenant where that is asked, and no longer than asked", () => {
  const index = indexOf(started(1, "acme"), asking(1), started(2, "globex"), asking(2));
  assert.deepEqual(ids(index, { tenant: "globex" }), [task(2)]);
  const { approvals, more } = listApprovals(index, { limit: 1 });
  assert.deepEqual([approvals.length, more], [1, true]);
});

test("a wait that does not say what its hash is of is no approval", () => {
  assert.deepEqual(ids(indexOf(started(1), asking(1, 1, { act: { pay: 1_000_000 } }))), []);
});

test("requests, decisions and expiries are told to the audit with the same id however often they are seen, old ones not again", () => {
  const told: [AuditEvent, string | undefined][] = [];
  const notes = new ApprovalNotes({
    audit: { note: (event, details) => told.push([event, details?.id]) },
    nowMs: () => 60_000,
    overAtMs: () => undefined,
  });
  const expiry: Observation = {
    ...(answered(3, 0, false) as Extract<Observation, { kind: "answered" }>),
    from: "timer",
    reply: { error: { code: "approval_expired", message: "late" } },
  };
  const slept: Observation = { ...expiry, hop: hopOf("9"), reply: { value: null } };
  const all = [asking(1), answered(1, 0, true), answered(2, 0, false), expiry, slept, started(5)];
  const term = new AbortController();
  notes.lead(term.signal);
  for (const observation of [...all, ...all]) notes.observe(observation);
  const verdicts = told.map(([event]) =>
    event.event === "approval" ? `${event.verdict} ${event.who.user ?? "-"}` : "",
  );
  assert.deepEqual(verdicts.slice(0, 4), ["requested -", "approved ann", "denied ann", "expired -"]);
  assert.equal(told.length, 8);
  assert.equal(new Set(told.map(([, id]) => id)).size, 4);
  const late = new ApprovalNotes({
    audit: { note: () => assert.fail("told again") },
    nowMs: () => 1_000_000,
    overAtMs: () => undefined,
  });
  late.lead(term.signal);
  for (const observation of all) late.observe(observation);
});

test("who stands by tells what it observed lately once it leads, and nothing after its term", () => {
  const told: string[] = [];
  let nowMs = 2_000;
  const notes = new ApprovalNotes({
    audit: { note: (event) => told.push(event.event === "approval" ? `${event.task} ${event.verdict}` : "") },
    nowMs: () => nowMs,
    overAtMs: () => undefined,
  });
  notes.observe({ ...asking(1), atMs: 1_000 });
  nowMs = 150_000;
  notes.observe({ ...asking(2), atMs: nowMs });
  assert.deepEqual(told, []);
  const term = new AbortController();
  notes.lead(term.signal);
  assert.deepEqual(told, [`${task(2)} requested`]);
  notes.observe({ ...answered(2, 0, true), atMs: nowMs });
  term.abort();
  notes.observe({ ...asking(3), atMs: nowMs });
  assert.deepEqual(told, [`${task(2)} requested`, `${task(2)} approved`]);
});

test("a yes that was stored when the time was over is told as an expiry", () => {
  const index = indexOf(started(1), asking(1));
  const yes = answered(1, 0, true) as Extract<Observation, { kind: "answered" }>;
  assert.equal(overAtMsOf(yes, index), 1_001);
  assert.equal(overAtMsOf({ ...yes, asker: { hop: ASKER, wait: 2 } }, index), undefined);
  const verdicts: string[] = [];
  const note = (event: AuditEvent) => verdicts.push(event.event === "approval" ? event.verdict : "");
  const notes = new ApprovalNotes({
    audit: { note },
    nowMs: () => 2_000,
    overAtMs: (answer) => overAtMsOf(answer, index),
  });
  notes.lead(new AbortController().signal);
  for (const atMs of [1_000, 1_001]) notes.observe({ ...yes, atMs });
  assert.deepEqual(verdicts, ["approved", "expired"]);
});
