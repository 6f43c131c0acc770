/** One suite for every adapter of the task log: what the hop protocol relies on. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  createJetStreamLog,
  createPublisher,
  ensureResources,
  formatTaskId,
  type HopId,
  type Link,
  type NewRecord,
  type Publisher,
  type RecordName,
  Subjects,
  systemRandom,
  type TaskId,
  type TaskLog,
  type Version,
} from "@troupe/runtime/internal";
import { SimLog } from "@troupe/runtime/internal-testing";
import { startTestServer, type TestServer } from "../support/nats-server.ts";

const SUBJECTS = new Subjects("contract");
const HOP = "0123456789abcdefghjkmnpqrs" as HopId;
const newTask = (): TaskId => formatTaskId(0, "v1" as Version, systemRandom.bytes(16));

let server: TestServer;
let link: Link;
let publisher: Publisher;
before(async () => {
  server = await startTestServer();
  link = await server.link();
  publisher = createPublisher(link);
  await ensureResources(link, { subjects: SUBJECTS });
});
after(async () => {
  publisher.close();
  await link.close();
  await server.stop();
});

const adapters: Readonly<Record<string, () => TaskLog>> = {
  simulated: () => new SimLog(),
  JetStream: () => createJetStreamLog({ link, publisher, subjects: SUBJECTS }),
};

/** A record of role `a` in the one hop of these tests. */
function ownRecord(task: TaskId, name: RecordName, nonce = "n1"): NewRecord {
  const writer = {
    node: "node-1",
    incarnation: "i1",
    nonce,
    previous: undefined,
    claim: 0,
    segment: 0,
    ranMs: undefined,
  };
  const subject = SUBJECTS.record(task, HOP, "a", name);
  return { subject, header: { writer }, encoding: "json", body: Buffer.from(JSON.stringify({ nonce })) };
}

const step = (number: number): RecordName => ({ class: "s", kind: "step", to: String(number) });
const own = (task: TaskId) => SUBJECTS.own(task, HOP, "a");

for (const [name, open] of Object.entries(adapters)) {
  describe(`the ${name} log`, () => {
    test("gives a record back as it was written, by its subject and as the last under a filter", async () => {
      const [log, task] = [open(), newTask()];
      const record = ownRecord(task, step(1));
      const outcome = await log.append(record, { filter: own(task), sequence: 0 });
      assert.equal(outcome.kind, "stored");
      for (const read of [await log.get(record.subject), await log.last(own(task))]) {
        assert.ok(read);
        assert.equal(read.subject, record.subject);
        assert.deepEqual(read.header?.writer, record.header.writer);
        assert.deepEqual(Buffer.from(read.body), record.body);
        assert.equal(read.encoding, "json");
        assert.equal(read.sequence, outcome.sequence);
      }
    });

    test("shows nothing where nothing is", async () => {
      const [log, task] = [open(), newTask()];
      assert.equal(await log.last(own(task)), undefined);
      assert.equal(await log.get(SUBJECTS.done(task)), undefined);
    });

    test("keeps the encoding of what JSON cannot hold", async () => {
      const [log, task] = [open(), newTask()];
      const body = Buffer.from([0x81, 0xa1, 0x61, 0xc0]);
      const record: NewRecord = { ...ownRecord(task, step(1)), encoding: "msgpack", body };
      await log.append(record);
      const read = await log.get(record.subject);
      assert.equal(read?.encoding, "msgpack");
      assert.deepEqual(Buffer.from(read.body), body);
    });

    test("keeps a task's trace beside the record, whatever of it there is", async () => {
      const [log, task] = [open(), newTask()];
      const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
      const traces = [{ traceparent }, { traceparent, tracestate: "a=1" }, { traceparent, baggage: "b=2" }, undefined];
      for (const [index, trace] of traces.entries()) {
        const plain = ownRecord(task, step(index + 1));
        await log.append({ ...plain, header: { ...plain.header, trace } });
        assert.deepEqual((await log.get(plain.subject))?.header?.trace, trace);
      }
    });

    test("stores a subject once", async () => {
      const [log, task] = [open(), newTask()];
      assert.equal((await log.append(ownRecord(task, step(1), "first"))).kind, "stored");
      assert.equal((await log.append(ownRecord(task, step(1), "second"))).kind, "exists");
      const read = await log.get(ownRecord(task, step(1)).subject);
      assert.equal(read?.header?.writer?.nonce, "first");
    });

    test("refuses a write whose fence has moved, and one whose fence was never there", async () => {
      const [log, task] = [open(), newTask()];
      const first = await log.append(ownRecord(task, step(1)), { filter: own(task), sequence: 0 });
      assert.equal(first.kind, "stored");
      const late = await log.append(ownRecord(task, step(2)), { filter: own(task), sequence: 0 });
      assert.equal(late.kind, "fence_moved");
      const invented = await log.append(ownRecord(task, step(2)), {
        filter: own(task),
        sequence: first.sequence + 1_000,
      });
      assert.equal(invented.kind, "fence_moved");
      const right = await log.append(ownRecord(task, step(2)), { filter: own(task), sequence: first.sequence });
      assert.equal(right.kind, "stored");
    });

    test("says that the fence moved, not that the subject exists, when both are so", async () => {
      const [log, task] = [open(), newTask()];
      await log.append(ownRecord(task, step(1)), { filter: own(task), sequence: 0 });
      const again = await log.append(ownRecord(task, step(1)), { filter: own(task), sequence: 0 });
      assert.equal(again.kind, "fence_moved");
    });

    test("fences only what lies under the filter: another role's record in the hop moves nothing", async () => {
      const [log, task] = [open(), newTask()];
      const subject = SUBJECTS.record(task, HOP, "b", { class: "m", kind: "call", to: "a" });
      await log.append({ ...ownRecord(task, step(1)), subject });
      const outcome = await log.append(ownRecord(task, step(1)), { filter: own(task), sequence: 0 });
      assert.equal(outcome.kind, "stored");
    });

    test("lets a record outside of the filter be fenced by it: the end of a task", async () => {
      const [log, task] = [open(), newTask()];
      const claim = await log.append(ownRecord(task, { class: "c", kind: "claim", to: "1" }), {
        filter: own(task),
        sequence: 0,
      });
      assert.equal(claim.kind, "stored");
      const done = { ...ownRecord(task, step(1)), subject: SUBJECTS.done(task) };
      assert.equal((await log.append(done, { filter: own(task), sequence: 0 })).kind, "fence_moved");
      assert.equal((await log.append(done, { filter: own(task), sequence: claim.sequence })).kind, "stored");
      assert.equal((await log.append(done, { filter: own(task), sequence: claim.sequence })).kind, "exists");
    });

    test("lets exactly one of eight rivals with the same fence through, every time", async () => {
      const log = open();
      for (let round = 0; round < 20; round++) {
        const task = newTask();
        const outcomes = await Promise.all(
          Array.from({ length: 8 }, (_, i) =>
            log.append(ownRecord(task, step(i + 1), `n${i}`), { filter: own(task), sequence: 0 }),
          ),
        );
        const kinds = outcomes.map(({ kind }) => kind);
        assert.equal(kinds.filter((kind) => kind === "stored").length, 1, kinds.join(", "));
        assert.equal(kinds.filter((kind) => kind === "fence_moved").length, 7, kinds.join(", "));
      }
    });

    test("fences a session's state in the same way, whatever the task", async () => {
      const log = open();
      const session = newTask().slice(-26) as Parameters<Subjects["stateOf"]>[1];
      const filter = SUBJECTS.stateOf(0, session, "a");
      const revision = (number: number): NewRecord => ({
        ...ownRecord(newTask(), step(1)),
        subject: SUBJECTS.stateRevision(0, session, "a", number),
      });
      const first = await log.append(revision(1), { filter, sequence: 0 });
      assert.equal(first.kind, "stored");
      assert.equal((await log.append(revision(2), { filter, sequence: 0 })).kind, "fence_moved");
      assert.equal((await log.append(revision(2), { filter, sequence: first.sequence })).kind, "stored");
      assert.equal((await log.last(filter))?.subject, SUBJECTS.stateRevision(0, session, "a", 2));
    });
  });
}
