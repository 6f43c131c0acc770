import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Passport, RecordHeader } from "../contracts/record.ts";
import { type HopId, START_HOP } from "../ids.ts";
import type { StoredRecord } from "../log/task-log.ts";
import { BED_HOP, BED_PASSPORT, BED_TASK } from "../testing/hop-bed.ts";
import { hopKeyOf, SUBJECTS, VERSION } from "../testing/sim-place.ts";
import { readMessage } from "./message.ts";

const READER = { subjects: SUBJECTS, version: VERSION, role: "a", mailbox: "a", hopKey: hopKeyOf("a") };
const OTHER = "0123456789abcdefghjkmnpqrs" as HopId;
const base = SUBJECTS.task(BED_TASK);

const record = (subject: string, header: RecordHeader | undefined, sequence = 9): StoredRecord => ({
  subject,
  sequence,
  storedAtMs: 0,
  header,
  encoding: "json",
  body: Buffer.from("{}"),
});
const passport = (change: Partial<Passport> = {}): RecordHeader => ({ passport: { ...BED_PASSPORT, ...change } });
const call = { parent: BED_HOP, wait: 1, replyTo: "b" };

function read(subject: string, header: RecordHeader | undefined) {
  const message = readMessage(record(subject, header), READER);
  if ("problem" in message) return message.problem;
  const { hop, kind, segment, from, base: fence, isAgain } = message;
  return { hop, kind, segment, from, fence, isAgain };
}

test("the hop of a send follows from the receiver's key; of a fan or call it is in the subject; of a reply in the header", () => {
  const common = { segment: 0, fence: 0, isAgain: false };
  assert.deepEqual(read(`${base}.start.client.m.send.a`, passport()), {
    ...common,
    hop: BED_HOP,
    kind: "send",
    from: "client",
  });
  assert.deepEqual(read(`${base}.${OTHER}.b.m.fan.a`, passport()), { ...common, hop: OTHER, kind: "fan", from: "b" });
  assert.deepEqual(read(`${base}.${OTHER}.b.m.call.a`, passport(call)), {
    ...common,
    hop: OTHER,
    kind: "call",
    from: "b",
  });
  assert.deepEqual(read(`${base}.${OTHER}.b.m.reply.a`, passport({ parent: BED_HOP, wait: 2 })), {
    ...common,
    hop: BED_HOP,
    kind: "reply",
    segment: 2,
    from: "b",
  });
});

test("a role's message to itself lies among its own records, so the fence begins with it", () => {
  const self = read(`${base}.${OTHER}.a.m.fan.a`, passport());
  assert.deepEqual(self, { hop: OTHER, kind: "fan", segment: 0, from: "a", fence: 9, isAgain: false });
});

test("a copy means what its original means, fence included", () => {
  const original = { subject: `${base}.${OTHER}.a.m.fan.a`, sequence: 4 };
  const copy = read(`${base}.${OTHER}.supervisor.m.again1.a`, { ...passport(), original });
  assert.deepEqual(copy, { hop: OTHER, kind: "fan", segment: 0, from: "a", fence: 4, isAgain: true });
});

const refused: readonly [string, string, RecordHeader | undefined, RegExp][] = [
  ["no header", `${base}.start.client.m.send.a`, undefined, /header/],
  ["no passport", `${base}.start.client.m.send.a`, {}, /header/],
  ["another mailbox", `${base}.start.client.m.send.b`, passport(), /not for this mailbox/],
  ["no mailbox record", `${base}.${OTHER}.a.s.step.1`, passport(), /no mailbox record/],
  ["a call that does not say whom to answer", `${base}.${OTHER}.b.m.call.a`, passport(), /whom to answer/],
  [
    "a call that wants its answer sent elsewhere",
    `${base}.${OTHER}.b.m.call.a`,
    passport({ ...call, replyTo: "c" }),
    /elsewhere/,
  ],
  ["a reply to no wait", `${base}.${OTHER}.b.m.reply.a`, passport({ parent: BED_HOP }), /no wait/],
  ["a parent that is no hop", `${base}.${OTHER}.b.m.reply.a`, passport({ parent: "*" as HopId, wait: 1 }), /no hop/],
  ["a copy by a role", `${base}.${OTHER}.b.m.again1.a`, passport(), /original/],
  [
    "a copy of another hop's message",
    `${base}.${OTHER}.supervisor.m.again1.a`,
    { ...passport(), original: { subject: `${base}.${START_HOP}.client.m.send.a`, sequence: 1 } },
    /another hop/,
  ],
];
for (const [what, subject, header, problem] of refused) {
  test(`${what} is no message`, () => {
    assert.match(JSON.stringify(read(subject, header)), problem);
  });
}

test("nothing that can stand in a subject or a header makes the reader throw", () => {
  const token = fc.oneof(
    fc.constantFrom("", "*", ">", "a", "m", "send", "reply", "again1", "__proto__", OTHER),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), fc.string(), fc.integer(), (tokens, parent, wait) => {
      for (const prefix of ["", `${base}.`]) {
        const header = passport({ parent: parent as HopId, wait, replyTo: parent });
        readMessage(record(prefix + tokens.join("."), header), READER);
      }
    }),
    { numRuns: 300 },
  );
});
