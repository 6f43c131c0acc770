import { headers, type MsgHdrs } from "@nats-io/transport-node";
import {
  encodeRecordHeader,
  hopId,
  type Link,
  newTaskId,
  type Passport,
  START_HOP,
  type Subjects,
  systemClock,
  systemRandom,
} from "@troupe/runtime/internal";
import { sizeOf } from "../jetstream-api.ts";
import { RELAY_VERSION } from "../relay.ts";

const RECORDS_A_TASK = 4;
/** Tasks between two acknowledged publishes: well below the 10,000 messages at which a server drops what a stream has not taken in yet. */
const TASKS_A_ROUND = 500;
const ACK_LIMIT_MS = 60_000;

const PASSPORT: Passport = { index: 0, tenant: "default", depth: 0, trail: [], taint: [], requires: [] };
const WRITER = { node: "n1", incarnation: "i1", nonce: "x", claim: 0, segment: 0 };
const BODY = Buffer.from(JSON.stringify({ input: "x".repeat(100) }));
const DONE = Buffer.from(JSON.stringify({ status: "completed", result: "x".repeat(100) }));
const KEY = new Uint8Array(32);

function headerOf(fields: Parameters<typeof encodeRecordHeader>[0]): MsgHdrs {
  const header = headers();
  header.set("Troupe", encodeRecordHeader(fields));
  return header;
}
const STARTED = headerOf({ passport: PASSPORT });
const SENT = headerOf({ writer: WRITER, passport: PASSPORT });
const ENDED = headerOf({ writer: WRITER });

/** What one finished task of the relay leaves in the log. */
function finishedTask(subjects: Subjects) {
  const task = newTaskId(0, RELAY_VERSION, systemClock, systemRandom);
  const [a, b] = [hopId(KEY, task, START_HOP, 0), hopId(KEY, task, START_HOP, 1)];
  return [
    [subjects.start(task, "a"), BODY, STARTED],
    [subjects.record(task, a, "a", { class: "m", kind: "send", to: "b" }), BODY, SENT],
    [subjects.record(task, b, "b", { class: "m", kind: "send", to: "c" }), BODY, SENT],
    [subjects.done(task), DONE, ENDED],
  ] as const;
}

/** Writes what so many finished tasks of the relay leave in the log. Throws when not everything was stored. */
export async function writeFinishedTasks(link: Link, subjects: Subjects, count: number): Promise<void> {
  const stream = subjects.logStream(0);
  const { messages: before } = await sizeOf(link, stream);
  for (let left = count; left > 0; left -= TASKS_A_ROUND) {
    const records = Array.from({ length: Math.min(left, TASKS_A_ROUND) }, () => finishedTask(subjects)).flat();
    const last = records.pop();
    // Acknowledged one by one, a million tasks would take an hour: the last one tells of all before it.
    for (const [subject, body, header] of records) link.nc.publish(subject, body, { headers: header });
    if (last) await link.nc.request(last[0], last[1], { headers: last[2], timeout: ACK_LIMIT_MS });
  }
  const stored = (await sizeOf(link, stream)).messages - before;
  if (stored !== count * RECORDS_A_TASK) throw new Error(`${stored} of ${count * RECORDS_A_TASK} records were stored`);
}
