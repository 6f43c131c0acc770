import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type DeskRequest,
  type HopId,
  type Passport,
  SystemManifest,
  type TaskId,
  type TaskRecord,
  TroupeError,
} from "@troupe/runtime/internal";
import type { DeadLetter } from "./dead-letter.ts";
import { type DeskFacts, decideDesk } from "./decide-desk.ts";

const TASK = "0-v1-01jd3m8q5x7c9v2k4n6p8r0t2w" as TaskId;
const HOP = "1".repeat(26) as HopId;
const manifest = SystemManifest.parse({
  name: "desk",
  graph: { client: ["worker"], worker: ["client"] },
  taint: { client: ["outside"] },
  roles: { worker: { kind: "actor", taint: { accepts: ["outside"], from: { reader: [] } } } },
});
const passport: Passport = {
  index: 3,
  tenant: "acme",
  depth: 7,
  trail: ["x"],
  taint: ["web"],
  requires: [],
  replyTo: "a",
};

function input(from: string, body: unknown = { n: 1 }, taint: readonly string[] = []): TaskRecord {
  return {
    subject: {
      shard: 0,
      version: "v1",
      task: TASK,
      hop: HOP,
      from,
      name: { class: "m", kind: "send", to: "worker_gpu" },
    },
    sequence: 5,
    atMs: 1,
    header: { passport: { ...passport, taint } },
    body,
  } as TaskRecord;
}
const letter = (change: Partial<DeadLetter> = {}, code = "tool_failed"): DeadLetter => ({
  task: TASK,
  hop: HOP,
  role: "worker",
  body: { error: { code, message: "no", details: { at: 1 } }, attempts: 1 },
  diedAtMs: 10,
  state: "parked",
  input: input("client"),
  handedOn: undefined,
  tenant: "acme",
  startedAtMs: 100,
  remainingMs: 500,
  ...change,
});
const facts: DeskFacts = { manifest, stored: Buffer.from('{"n":1}'), nowMs: 250 };
const asked = (request: object): DeskRequest => ({ dead_letter_id: "x", ...request }) as DeskRequest;
const retry = asked({ act: "retry" });

test("a retry is the stored message to the same mailbox, with what is left of the time, and a client's labels", () => {
  const decision = decideDesk(letter(), retry, facts);
  assert.ok(decision.kind === "send");
  assert.deepEqual([decision.to, Buffer.from(decision.body).toString()], ["worker_gpu", '{"n":1}']);
  const { index, replyTo, depth, trail, taint, remainingMs } = decision.passport;
  assert.deepEqual([index, replyTo, depth, trail, taint, remainingMs], [0, undefined, 7, ["x"], ["outside"], 350]);
});

test("over the hop limit it has a fresh stretch, out of a loop a fresh trail", () => {
  const over = decideDesk(letter({}, "hop_limit"), retry, facts);
  const loop = decideDesk(letter({}, "loop_detected"), retry, facts);
  assert.ok(over.kind === "send" && loop.kind === "send");
  assert.deepEqual([over.passport.depth, over.passport.trail], [0, ["x"]]);
  assert.deepEqual([loop.passport.depth, loop.passport.trail], [7, []]);
});

const record = (to: string, body: unknown, model?: string) =>
  ({ subject: { name: { class: "m", kind: "send", to } }, body, header: { model } }) as unknown as TaskRecord;

test("what the desk refuses, and what it has done before", () => {
  const handedOn = (to: string, body: unknown, model?: string) =>
    letter({ state: "handed_on", handedOn: record(to, body, model) });
  const cases: readonly (readonly [string, DeadLetter, DeskRequest, string])[] = [
    ["retried before", handedOn("worker_gpu", { n: 1 }), retry, "repeated"],
    ["retried before, otherwise", handedOn("worker_gpu", { n: 2 }), retry, "conflict"],
    ["retried before, on another model", handedOn("worker_gpu", { n: 1 }, "fast"), retry, "conflict"],
    ["escalated before", handedOn("escalation", { n: 1 }), retry, "conflict"],
    ["dropped after a retry", handedOn("worker_gpu", { n: 1 }), asked({ act: "drop" }), "conflict"],
    ["answered", letter(), asked({ act: "answer", result: 1 }), "end"],
    ["dropped", letter(), asked({ act: "drop" }), "end"],
    ["retried after the end", letter({ state: "ended" }), retry, "resubmit"],
    ["edited after the end", letter({ state: "ended" }), asked({ act: "retry", message: 1 }), "conflict"],
    ["answered after the end", letter({ state: "ended" }), asked({ act: "answer", result: 1 }), "conflict"],
    ["a message that is gone", letter({ input: undefined }), retry, "conflict"],
    ["an encrypted message", letter({ input: input("client", sealed()) }), retry, "conflict"],
    ["what the role refuses from that sender", letter({ input: input("reader", 1, ["outside"]) }), retry, "conflict"],
    ["too large an edit", letter(), asked({ act: "retry", message: "x".repeat(600_000) }), "body_too_large"],
  ];
  for (const [name, given, request, expected] of cases) assert.equal(outcome(given, request), expected, name);
});

test("a drop ends the task with the error that was there, an answer with the result", () => {
  const dropped = decideDesk(letter(), asked({ act: "drop", reason: "old" }), facts);
  assert.deepEqual(dropped.kind === "end" && dropped.body, {
    status: "failed",
    error: { code: "tool_failed", message: "no", details: { at: 1, role: "worker", dropped: "old" } },
    by: "human",
  });
});

const sealed = () => ({ $sealed: { key: "k", nonce: "n".repeat(32), data: "d".repeat(30) } });

function outcome(given: DeadLetter, request: DeskRequest): string {
  try {
    return decideDesk(given, request, facts).kind;
  } catch (error) {
    return TroupeError.is(error) ? error.code : String(error);
  }
}
