import {
  createPublisher,
  encodeRecordHeader,
  type Link,
  newTaskId,
  type Passport,
  type Subjects,
  systemClock,
  systemRandom,
  type Version,
} from "@troupe/runtime/internal";

const PASSPORT: Passport = { index: 0, tenant: "default", depth: 0, trail: [], taint: [], requires: [] };
const WRITER = { node: "n1", incarnation: "i1", nonce: "x", claim: 0, segment: 0 };
const BODY = Buffer.from(JSON.stringify({ input: "x".repeat(200) }));
const DONE = Buffer.from(JSON.stringify({ status: "completed", result: "x".repeat(200) }));
const AT_ONCE = 512;

/** Writes what the observer reads of so many finished tasks: their first and their last record. */
export async function writeFinishedTasks(link: Link, subjects: Subjects, count: number): Promise<void> {
  const publisher = createPublisher(link, { timeoutMs: 30_000 });
  const started = { Troupe: encodeRecordHeader({ passport: PASSPORT }) };
  const ended = { Troupe: encodeRecordHeader({ writer: WRITER }) };
  let next = 0;
  const write = async () => {
    while (next++ < count) {
      const task = newTaskId(0, "v1" as Version, systemClock, systemRandom);
      const records = [
        [subjects.start(task, "a"), BODY, started] as const,
        [subjects.done(task), DONE, ended] as const,
      ];
      for (const [subject, body, headers] of records) {
        const { kind } = await publisher.publish(subject, body, headers);
        if (kind !== "stored") throw new Error(`${subject}: ${kind}`);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, write));
  } finally {
    publisher.close();
  }
}
