import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DiscardPolicy, jetstreamManager, StorageType } from "@nats-io/jetstream";
import { createPublisher, directGetLast, type Link, type Publisher } from "@troupe/runtime/internal";
import { startTestServer, type TestServer } from "../support/nats-server.ts";

const BODY = Buffer.from("{}");
let server: TestServer;
let link: Link;
let publisher: Publisher;

before(async () => {
  server = await startTestServer();
  link = await server.link();
  publisher = createPublisher(link, { timeoutMs: 500 });
  const jsm = await jetstreamManager(link.nc);
  const writeOnce = {
    max_msgs_per_subject: 1,
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    storage: StorageType.File,
    allow_direct: true,
  };
  await jsm.streams.add({ name: "LOG", subjects: ["log.>"], ...writeOnce });
  await jsm.streams.add({ name: "SMALL", subjects: ["small.>"], ...writeOnce, max_msgs: 1 });
});
after(async () => {
  publisher.close();
  await link.close();
  await server.stop();
});

test("a write with the right fence is stored under its sequence, and moves the fence", async () => {
  const first = await publisher.publish("log.a.1", BODY, { Troupe: "x" }, { filter: "log.a.>", sequence: 0 });
  assert.equal(first.kind, "stored");
  assert.deepEqual(await publisher.publish("log.a.2", BODY, {}, { filter: "log.a.>", sequence: 0 }), {
    kind: "fence_moved",
  });
  const sequence = first.kind === "stored" ? first.sequence : 0;
  const second = await publisher.publish("log.a.2", BODY, {}, { filter: "log.a.>", sequence });
  assert.equal(second.kind, "stored");
  const stored = await directGetLast(link, "LOG", "log.a.1");
  assert.equal(stored?.headers.get("Troupe"), "x");
});

test("a second write to a subject exists, whatever its fence says first", async () => {
  await publisher.publish("log.b.1", BODY);
  assert.deepEqual(await publisher.publish("log.b.1", BODY), { kind: "exists" });
});

test("a full stream is told from a subject that has its record, by the text", async () => {
  assert.equal((await publisher.publish("small.a", BODY)).kind, "stored");
  const outcome = await publisher.publish("small.b", BODY);
  assert.equal(outcome.kind, "full");
});

test("a subject that no stream captures is unknown, since its stream may have no leader", async () => {
  assert.equal((await publisher.publish("nowhere.x", BODY)).kind, "unknown");
});

test("a body over the server's limit is refused with the server's code and the connection stays", async () => {
  const outcome = await publisher.publish("log.large", Buffer.alloc(2 * 1024 * 1024));
  assert.equal(outcome.kind, "refused");
  assert.equal(outcome.kind === "refused" && outcome.code, 10054);
  assert.equal((await publisher.publish("log.after-large", BODY)).kind, "stored");
});

test("a header that the stream does not allow is refused with its code", async () => {
  const outcome = await publisher.publish("log.rollup", BODY, { "Nats-Rollup": "all" });
  assert.deepEqual(
    { kind: outcome.kind, code: outcome.kind === "refused" && outcome.code },
    { kind: "refused", code: 10111 },
  );
});

test("a header value with a line break never leaves the process", () => {
  assert.throws(() => publisher.publish("log.header", BODY, { Troupe: "a\r\nNats-Rollup: all" }), {
    code: "invariant_violated",
  });
});

test("64 writers with one fence: exactly one wins", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 64 }, (_, i) =>
      publisher.publish(`log.race.${i}`, BODY, {}, { filter: "log.race.>", sequence: 0 }),
    ),
  );
  assert.equal(outcomes.filter(({ kind }) => kind === "stored").length, 1);
  assert.equal(outcomes.filter(({ kind }) => kind === "fence_moved").length, 63);
});

test("a publish in flight when the server dies is unknown, and the next one after the restart is stored", async () => {
  server.freeze();
  const inFlight = publisher.publish("log.kill.1", BODY);
  const disconnected = statusOf(link, "disconnect");
  await server.kill();
  await disconnected;
  assert.equal((await inFlight).kind, "unknown");

  const reconnected = statusOf(link, "reconnect");
  await server.restart();
  await reconnected;
  assert.equal((await publisher.publish("log.kill.2", BODY)).kind, "stored");
});

test("what is published while disconnected waits for the reconnect, and is unknown when that takes too long", async () => {
  const patient = createPublisher(link, { timeoutMs: 20_000 });
  const hasty = createPublisher(link, { timeoutMs: 200 });
  const disconnected = statusOf(link, "disconnect");
  await server.kill();
  await disconnected;
  const later = patient.publish("log.offline.1", BODY);
  assert.deepEqual(await hasty.publish("log.offline.2", BODY), { kind: "unknown", text: "not connected" });
  await server.restart();
  assert.equal((await later).kind, "stored");
  assert.equal(await directGetLast(link, "LOG", "log.offline.2"), undefined);
  patient.close();
  hasty.close();
});

test("a closed publisher answers unknown", async () => {
  const closing = createPublisher(link);
  closing.close();
  assert.equal((await closing.publish("log.closed", BODY)).kind, "unknown");
});

async function statusOf(of: Link, type: "disconnect" | "reconnect"): Promise<void> {
  for await (const status of of.nc.status()) if (status.type === type) return;
}
