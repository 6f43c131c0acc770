import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import {
  createBlobs,
  createPublisher,
  ensureMailboxes,
  ensureResources,
  formatTaskId,
  isVersion,
  type Link,
  type Publisher,
  removeMailboxes,
  requireAsAsked,
  Subjects,
  streamSpecs,
  type Version,
} from "@troupe/runtime/internal";
import { startTestServer, type TestServer } from "../support/nats-server.ts";

const subjects = new Subjects("res");
const version = ((text: string): Version => {
  assert.ok(isVersion(text));
  return text;
})("v1");
let server: TestServer;
let link: Link;
let publisher: Publisher;
let jsm: JetStreamManager;

before(async () => {
  server = await startTestServer();
  link = await server.link();
  publisher = createPublisher(link);
  jsm = await jetstreamManager(link.nc);
  await ensureResources(link, { subjects });
});
after(async () => {
  publisher.close();
  await link.close();
  await server.stop();
});

test("every stream and bucket of the table is made as asked, and making them again changes nothing", async () => {
  const names = streamSpecs({ subjects }).map(({ name }) => name);
  const created = await Promise.all(names.map(async (name) => (await jsm.streams.info(name)).created));
  await ensureResources(link, { subjects });
  const again = await Promise.all(names.map(async (name) => (await jsm.streams.info(name)).created));
  assert.deepEqual(again, created);
  assert.ok(names.includes("RES_LOG_0") && names.includes("KV_res-desired"));
});

test("the log is write-once, and its done record is republished without its body", async () => {
  const task = formatTaskId(0, version, new Uint8Array(16).fill(7));
  const events: { subject: string; bytes: number; sequence: string | undefined }[] = [];
  link.nc.subscribe(subjects.doneEvents(), {
    callback: (_error, message) => {
      events.push({
        subject: message.subject,
        bytes: message.data.length,
        sequence: message.headers?.get("Nats-Sequence"),
      });
    },
  });
  await link.nc.flush();
  await publisher.publish(subjects.start(task, "router"), Buffer.from("{}"));
  const done = await publisher.publish(subjects.done(task), Buffer.from('{"status":"completed"}'));
  assert.deepEqual(await publisher.publish(subjects.done(task), Buffer.from("{}")), { kind: "exists" });
  await link.nc.flush();
  const sequence = done.kind === "stored" ? String(done.sequence) : "";
  assert.deepEqual(events, [{ subject: subjects.doneEvent(task), bytes: 0, sequence }]);
});

test("a mailbox durable takes exactly its mailbox's messages, and goes when its version has drained", async () => {
  await ensureMailboxes(link, { subjects }, version, ["router", "developer_gpu"]);
  await ensureMailboxes(link, { subjects }, version, ["router", "developer_gpu"]);
  const info = await jsm.consumers.info("RES_LOG_0", "v1-developer_gpu");
  assert.equal(info.config.filter_subject, "res.log.0.v1.*.*.*.m.*.developer_gpu");
  assert.equal((await jsm.consumers.info("RES_LOG_0", "v1-router")).num_pending, 1);
  await removeMailboxes(link, { subjects }, version, ["router", "developer_gpu"]);
  await removeMailboxes(link, { subjects }, version, ["router"]);
  await assert.rejects(jsm.consumers.info("RES_LOG_0", "v1-router"));
});

test("a stream with other settings stops the start with a sentence that names the setting", async () => {
  const other = new Subjects("odd");
  await jsm.streams.add({ name: "ODD_LOG_0", subjects: ["odd.log.0.>"] });
  await assert.rejects(ensureResources(link, { subjects: other }), (error: Error & { code?: string }) => {
    assert.equal(error.code, "wrong_server");
    assert.match(error.message, /ODD_LOG_0 has \w+ = .* where .* was asked for/);
    return true;
  });
});

test("a durable with other settings is refused as well", async () => {
  await jsm.consumers.add("RES_LOG_0", { durable_name: "v1-planner", filter_subject: "res.log.0.v1.x" });
  await assert.rejects(ensureMailboxes(link, { subjects }, version, ["planner"]), { code: "wrong_server" });
});

test("settings that the server leaves out count as false, zero or empty, and no others", () => {
  requireAsAsked("x", { deny_delete: false, max_age: 0, name: "a" }, { name: "a", extra: 1 });
  for (const asked of [{ deny_delete: true }, { max_age: 5 }, { subjects: ["a"] }]) {
    assert.throws(() => requireAsAsked("x", asked, {}), { code: "wrong_server" });
  }
});

test("a large body is stored in chunks, comes back the same, and a forged chunk is noticed", async () => {
  const blobs = createBlobs({ link, publisher, subjects });
  const bytes = Buffer.alloc(1_200_000, "troupe ");
  const ref = await blobs.put("router", bytes);
  assert.deepEqual(await blobs.put("router", bytes), ref);
  assert.equal(Buffer.compare(await blobs.get(ref), bytes), 0);
  assert.equal((await jsm.streams.info("RES_BLOBS")).state.messages, 3);

  const empty = await blobs.put("router", new Uint8Array());
  assert.equal((await blobs.get(empty)).length, 0);

  await publisher.publish(subjects.blob("planner", ref.sha256, 0), Buffer.alloc(ref.bytes % 1000));
  await assert.rejects(blobs.get({ ...ref, role: "planner", bytes: ref.bytes % 1000 }), { code: "malformed_record" });
  await assert.rejects(blobs.get({ ...ref, role: "nobody" }), { code: "malformed_record" });
});

test("a body over 64 MiB is refused before anything is stored", async () => {
  const blobs = createBlobs({ link, publisher, subjects });
  await assert.rejects(blobs.put("router", new Uint8Array(64 * 1024 * 1024 + 1)), { code: "body_too_large" });
});
