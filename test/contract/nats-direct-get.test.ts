import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { jetstreamManager } from "@nats-io/jetstream";
import {
  createPublisher,
  directGetAll,
  directGetLast,
  directGetSequence,
  type Link,
  type Publisher,
  storedRecord,
} from "@troupe/runtime/internal";
import { startTestServer, type TestServer } from "../support/nats-server.ts";

let server: TestServer;
let link: Link;
let publisher: Publisher;

before(async () => {
  server = await startTestServer();
  link = await server.link();
  publisher = createPublisher(link);
  const jsm = await jetstreamManager(link.nc);
  await jsm.streams.add({ name: "LOG", subjects: ["log.>"], allow_direct: true });
});
after(async () => {
  publisher.close();
  await link.close();
  await server.stop();
});

test("the last message under a wildcard comes with subject, sequence, time, headers and body", async () => {
  await publisher.publish("log.a.1", Buffer.from("one"));
  await publisher.publish("log.a.2", Buffer.from("two"), { Troupe: "h" });
  const message = await directGetLast(link, "LOG", "log.a.>");
  assert.ok(message);
  assert.equal(message.subject, "log.a.2");
  assert.equal(Buffer.from(message.body).toString(), "two");
  assert.equal(message.headers.get("Troupe"), "h");
  assert.ok(Math.abs(message.storedAtMs - Date.now()) < 60_000);
  assert.deepEqual((await directGetSequence(link, "LOG", message.sequence))?.subject, "log.a.2");
});

test("what is not there is undefined", async () => {
  assert.equal(await directGetLast(link, "LOG", "log.none"), undefined);
  assert.equal(await directGetSequence(link, "LOG", 999_999), undefined);
  assert.deepEqual(await directGetAll(link, "LOG", { filter: "log.none.>" }), []);
});

test("a stream that does not exist is unavailable, single and batched", async () => {
  await assert.rejects(directGetLast(link, "NONE", "log.a"), { code: "unavailable" });
  await assert.rejects(directGetAll(link, "NONE", { filter: "log.>" }), { code: "unavailable" });
});

test("a batched read returns every match in order over several pages, from a sequence on", async () => {
  for (let i = 0; i < 600; i++) await publisher.publish(`log.many.${i}`, Buffer.from(String(i)));
  await publisher.publish("log.other", Buffer.from("x"));
  const all = await directGetAll(link, "LOG", { filter: "log.many.>" });
  assert.deepEqual(
    all.map(({ subject }) => subject),
    Array.from({ length: 600 }, (_, i) => `log.many.${i}`),
  );
  const from = all[590]?.sequence ?? 0;
  assert.equal((await directGetAll(link, "LOG", { filter: "log.many.>", from })).length, 10);
});

test("the last of each of several subjects comes in one read", async () => {
  const messages = await directGetAll(link, "LOG", { lastOf: ["log.a.1", "log.many.5", "log.none"] });
  assert.deepEqual(
    messages.map(({ subject }) => subject),
    ["log.a.1", "log.many.5"],
  );
});

test("headers that only the server may write are seen through: the subject is the stored one and the record is to be parked", async () => {
  const forged = { "Nats-Subject": "log.forged", "Nats-Sequence": "1", "Nats-Stream": "OTHER", Troupe: '{"v":1}' };
  const outcome = await publisher.publish("log.true", Buffer.from("x"), forged);
  const message = await directGetLast(link, "LOG", "log.true");
  assert.ok(message);
  assert.equal(message.subject, "log.true");
  assert.equal(message.sequence, outcome.kind === "stored" ? outcome.sequence : -1);
  assert.equal(message.hasForgedHeaders, true);
  assert.equal(storedRecord(message).header, undefined);
});

test("a record with a KV or marker header has no header of ours, whatever it says", async () => {
  for (const name of ["KV-Operation", "Nats-Marker-Reason", "nats-msg-id"]) {
    await publisher.publish(`log.reserved.${name}`, Buffer.from("x"), { Troupe: '{"v":1}', [name]: "DEL" });
    const message = await directGetLast(link, "LOG", `log.reserved.${name}`);
    assert.ok(message);
    assert.equal(storedRecord(message).header, undefined, name);
  }
  await publisher.publish("log.honest", Buffer.from("x"), { Troupe: '{"v":1}' }, { filter: "log.honest", sequence: 0 });
  const honest = await directGetLast(link, "LOG", "log.honest");
  assert.ok(honest && storedRecord(honest).header);
});
