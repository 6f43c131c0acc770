/** Small histories written by hand, for the tests of the checker. */
import assert from "node:assert/strict";
import {
  formatTaskId,
  type HopId,
  hopId,
  type Passport,
  parseRecordName,
  type StoredRecord,
  Subjects,
  type TaskId,
  type Version,
  type Writer,
} from "@troupe/runtime/internal";

const PASSPORT: Passport = { index: 0, tenant: "check", depth: 0, trail: [], taint: [], requires: [] };
export const subjects = new Subjects("check");
const key = new Uint8Array(32).fill(7);
export const taskNumber = (n: number): TaskId => formatTaskId(0, "v1" as Version, new Uint8Array(16).fill(n));
export const task = taskNumber(3);
export const startHop = "start" as HopId;
export const hopA = hopId(key, task, startHop, 0);
export const hopB = hopId(key, task, hopA, 0);
export const hopC = hopId(key, task, hopB, 0);
export const hopCalled = hopId(key, task, hopB, 1);

/** One record of the log: what it says and when it was stored. */
export interface Line {
  readonly subject: string;
  readonly atMs: number;
  readonly body: unknown;
  readonly writer?: Writer;
  /** The hop that a call or an answer belongs to. */
  readonly parent?: HopId;
}

/** A record `<class>.<kind>.<to>` under a hop. */
export function line(
  hop: HopId,
  from: string,
  record: string,
  writer: Writer | undefined,
  body: unknown,
  atMs: number,
): Line {
  const name = parseRecordName(record);
  assert.ok(name, record);
  const subject = subjects.record(task, hop, from, name);
  return writer ? { subject, atMs, body, writer } : { subject, atMs, body };
}
/** The executor `nonce`, under a claim (0 = none), after its predecessor. */
export const by = (nonce: string, claim: number, previous?: string): Writer => ({
  node: nonce,
  incarnation: "1",
  nonce,
  previous,
  claim,
  segment: 0,
});

/** The lines as a stream holds them, in this order. */
export const stored = (lines: readonly Line[]): StoredRecord[] =>
  lines.map(({ subject, atMs, body, writer, parent }, i) => ({
    subject,
    sequence: i + 1,
    storedAtMs: atMs,
    header: { writer, ...(parent && { passport: { ...PASSPORT, parent } }) },
    encoding: "json",
    body: new TextEncoder().encode(JSON.stringify(body)),
  }));
