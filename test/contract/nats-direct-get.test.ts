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

const subjectsOf = async (query: Parameters<typeof directGetAll>[2]) =>
  (await directGetAll(link, "LOG", query)).map(({ subject }) => subject);

test("what is written once is read by its subjects: in order, over several pages, from a sequence on", async () => {
  for (const name of ["a.1", "b.1", "a.2"]) await publisher.publish(`log.once.${name}`, Buffer.from("x"));
  assert.deepEqual(await subjectsOf({ writtenOnce: "log.once.a.>" }), ["log.once.a.1", "log.once.a.2"]);
  const from = (await directGetLast(link, "LOG", "log.once.a.2"))?.sequence ?? 0;
  assert.deepEqual(await subjectsOf({ writtenOnce: "log.once.a.>", from }), ["log.once.a.2"]);
  assert.deepEqual(await subjectsOf({ writtenOnce: "log.once.none.>" }), []);
  const all = await subjectsOf({ writtenOnce: "log.many.>" });
  assert.deepEqual([all.length, all], [600, await subjectsOf({ filter: "log.many.>" })]);
});

test("large messages come in pages of bounded size, and all of them come", async () => {
  const body = Buffer.alloc(64 * 1_024, "x");
  for (let i = 0; i < 40; i++) await publisher.publish(`log.large.${i}`, body);
  let pages = 0;
  const asked = link.nc.subscribe("$JS.API.DIRECT.GET.LOG", { callback: () => void pages++ });
  for (const query of [{ filter: "log.large.>" }, { writtenOnce: "log.large.>" }]) {
    pages = 0;
    const all = await directGetAll(link, "LOG", query);
    assert.deepEqual(
      all.map(({ subject, body: { byteLength } }) => [subject, byteLength]),
      Array.from({ length: 40 }, (_, i) => [`log.large.${i}`, body.byteLength]),
    );
    assert.ok(pages >= 8, `2.5 MB in ${pages} pages`);
  }
  asked.unsubscribe();
});

test("of more subjects than the server looks up at once all are read as well", async () => {
  const names = Array.from({ length: 1_100 }, (_, i) => `log.huge.${i}`);
  for (const name of names) link.nc.publish(name, Buffer.from("x"));
  await publisher.publish("log.huge.last", Buffer.from("x"));
  assert.deepEqual(await subjectsOf({ writtenOnce: "log.huge.>" }), [...names, "log.huge.last"]);
  const from = (await directGetLast(link, "LOG", "log.huge.1000"))?.sequence ?? 0;
  assert.deepEqual(await subjectsOf({ writtenOnce: "log.huge.>", from }), [...names.slice(1_000), "log.huge.last"]);
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
