import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { AckPolicy, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import {
  createPublisher,
  handBackSubject,
  type Link,
  type PulledMessage,
  type PullLoop,
  startPull,
} from "@troupe/runtime/internal";
import { silentLogger, startTestServer, type TestServer } from "../support/nats-server.ts";

const SECOND = 1_000_000_000;
let server: TestServer;
let link: Link;
let jsm: JetStreamManager;
let streams = 0;
let stream = "";

before(async () => {
  server = await startTestServer();
  link = await server.link();
  jsm = await jetstreamManager(link.nc);
});
after(async () => {
  await link.close();
  await server.stop();
});
beforeEach(async () => {
  stream = `S${++streams}`;
  await jsm.streams.add({ name: stream, subjects: [`${stream}.>`] });
  await jsm.consumers.add(stream, { durable_name: "d", ack_policy: AckPolicy.Explicit, ack_wait: 30 * SECOND });
});

/** Collects messages; each is held until the test says what to do with it. */
class Collector {
  readonly taken: PulledMessage[] = [];
  readonly #ends = new Map<PulledMessage, () => void>();
  #waiting: { count: number; resolve: () => void }[] = [];

  readonly run = (message: PulledMessage): Promise<void> => {
    this.taken.push(message);
    for (const { count, resolve } of this.#waiting) if (this.taken.length >= count) resolve();
    return new Promise((resolve) => this.#ends.set(message, resolve));
  };

  end(message: PulledMessage): void {
    this.#ends.get(message)?.();
  }

  async atLeast(count: number): Promise<void> {
    if (this.taken.length >= count) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ count, resolve });
    const tooLate = setTimeout(() => reject(new Error(`${this.taken.length} of ${count} messages came`)), 15_000);
    await promise.finally(() => clearTimeout(tooLate));
  }
}

const start = (collector: Collector, slots: number, on: Link = link, isPaused = false): PullLoop =>
  startPull({ link: on, stream, durable: "d", slots, isPaused, run: collector.run, logger: silentLogger });

async function publish(messages: number): Promise<void> {
  const publisher = createPublisher(link);
  for (let i = 0; i < messages; i++) await publisher.publish(`${stream}.${i}`, Buffer.from(String(i)));
  publisher.close();
}

const finish = (collector: Collector, message: PulledMessage) => {
  message.ack();
  collector.end(message);
};

test("no more messages are held than there are slots, and a freed slot is filled", async () => {
  await publish(10);
  const collector = new Collector();
  const loop = start(collector, 3);
  await collector.atLeast(3);
  const info = await jsm.consumers.info(stream, "d");
  assert.equal(info.num_ack_pending, 3);
  assert.deepEqual(loop.held(), [1, 2, 3]);
  for (let i = 0; i < 10; i++) {
    await collector.atLeast(i + 1);
    const message = collector.taken[i];
    assert.ok(message);
    assert.equal(Buffer.from(message.body).toString(), String(i));
    finish(collector, message);
  }
  await loop.stop();
  assert.deepEqual(loop.held(), []);
});

test("a message is described: subject, sequences, first delivery, time of storing", async () => {
  await publish(1);
  const collector = new Collector();
  const loop = start(collector, 1);
  await collector.atLeast(1);
  const [message] = collector.taken;
  assert.ok(message);
  assert.equal(message.subject, `${stream}.0`);
  assert.deepEqual([message.streamSequence, message.consumerSequence, message.deliveries], [1, 1, 1]);
  assert.ok(Math.abs(message.storedAtMs - Date.now()) < 60_000);
  finish(collector, message);
  await loop.stop();
});

test("what is given back comes again as a redelivery", async () => {
  await publish(1);
  const collector = new Collector();
  const loop = start(collector, 1);
  await collector.atLeast(1);
  collector.taken[0]?.giveBack();
  if (collector.taken[0]) collector.end(collector.taken[0]);
  await collector.atLeast(2);
  assert.equal(collector.taken[1]?.deliveries, 2);
  if (collector.taken[1]) finish(collector, collector.taken[1]);
  await loop.stop();
});

test("a third party hands a message of a dead node to another one at once", async () => {
  await publish(1);
  const dead = new Collector();
  const deadLink = await server.link();
  const deadLoop = start(dead, 1, deadLink);
  await dead.atLeast(1);
  const [held] = dead.taken;
  assert.ok(held);
  const standby = new Collector();
  await deadLoop.pause();
  const loop = start(standby, 1);
  link.nc.publish(handBackSubject(stream, "d", held.streamSequence, held.consumerSequence), "-NAK");
  await standby.atLeast(1);
  assert.equal(standby.taken[0]?.deliveries, 2);
  if (standby.taken[0]) finish(standby, standby.taken[0]);
  dead.end(held);
  await Promise.all([loop.stop(), deadLoop.stop()]);
  await deadLink.close();
});

test("a redelivery of what runs here is not run twice, and its ack counts", async () => {
  await publish(1);
  const collector = new Collector();
  const loop = start(collector, 2);
  await collector.atLeast(1);
  const [held] = collector.taken;
  assert.ok(held);
  link.nc.publish(handBackSubject(stream, "d", held.streamSequence, held.consumerSequence), "-NAK");
  await publish(1); // comes behind the redelivery, so its arrival says that the redelivery has been seen
  await collector.atLeast(2);
  assert.equal(collector.taken[1]?.streamSequence, 2);
  for (const message of collector.taken) finish(collector, message);
  await loop.stop();
  await link.nc.flush();
  assert.equal((await jsm.consumers.info(stream, "d")).num_ack_pending, 0);
});

test("a handler that throws gives its message back", async () => {
  await publish(1);
  const attempts: number[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const loop = startPull({
    link,
    stream,
    durable: "d",
    slots: 1,
    logger: silentLogger,
    run: async (message) => {
      attempts.push(message.deliveries);
      if (attempts.length === 1) throw new Error("broken");
      message.ack();
      resolve();
    },
  });
  await done;
  assert.deepEqual(attempts, [1, 2]);
  await loop.stop();
});

test("what is held longer than two seconds is reported as being worked on, until it is answered", async () => {
  await publish(1);
  const said: string[] = [];
  const { promise: reported, resolve } = Promise.withResolvers<void>();
  const spy = link.nc.subscribe(`$JS.ACK.${stream}.>`, {
    callback: (_error, message) => {
      said.push(message.string());
      if (message.string() === "+WPI") resolve();
    },
  });
  const collector = new Collector();
  const loop = start(collector, 1);
  await collector.atLeast(1);
  await reported;
  if (collector.taken[0]) finish(collector, collector.taken[0]);
  await loop.stop();
  await link.nc.flush();
  assert.deepEqual(said, ["+WPI", "+ACK"]);
  spy.unsubscribe();
});

test("a paused loop takes nothing and a resumed one goes on", async () => {
  const collector = new Collector();
  const loop = start(collector, 2);
  await loop.pause();
  await publish(1);
  const probe = new Collector();
  const other = start(probe, 1);
  await probe.atLeast(1); // the paused loop left it alone
  assert.equal(collector.taken.length, 0);
  if (probe.taken[0]) finish(probe, probe.taken[0]);
  await other.stop();
  loop.resume();
  await publish(1);
  await collector.atLeast(1);
  if (collector.taken[0]) finish(collector, collector.taken[0]);
  await loop.stop();
});

test("a loop that begins paused takes nothing before it is resumed", async () => {
  await publish(1);
  const collector = new Collector();
  const loop = start(collector, 2, link, true);
  const probe = new Collector();
  const other = start(probe, 1);
  await probe.atLeast(1);
  assert.equal(collector.taken.length, 0);
  if (probe.taken[0]) finish(probe, probe.taken[0]);
  await other.stop();
  await publish(1);
  loop.resume();
  await collector.atLeast(1);
  if (collector.taken[0]) finish(collector, collector.taken[0]);
  await loop.stop();
});

test("stop waits for what runs, and nothing is left undelivered to others", async () => {
  await publish(3);
  const collector = new Collector();
  const loop = start(collector, 1);
  await collector.atLeast(1);
  let isStopped = false;
  const stopped = loop.stop().then(() => {
    isStopped = true;
    return undefined;
  });
  await link.nc.flush();
  assert.equal(isStopped, false);
  if (collector.taken[0]) finish(collector, collector.taken[0]);
  await stopped;
  const next = new Collector();
  const other = start(next, 2);
  await next.atLeast(2);
  assert.deepEqual(
    next.taken.map(({ streamSequence }) => streamSequence),
    [2, 3],
  );
  for (const message of next.taken) finish(next, message);
  await other.stop();
});

test("messages from strangers to the loop's inbox are ignored", async () => {
  const spy = await server.link("spy");
  const inboxes: string[] = [];
  spy.nc.subscribe("$JS.API.CONSUMER.MSG.NEXT.>", {
    callback: (_error, message) => void inboxes.push(message.reply ?? ""),
  });
  await spy.nc.flush();
  const collector = new Collector();
  const loop = start(collector, 1);
  await link.nc.flush();
  await spy.nc.flush();
  assert.ok(inboxes[0]);
  spy.nc.publish(inboxes[0], "forged", { reply: "$JS.ACK.OTHER.d.1.1.1.1.0" });
  spy.nc.publish(inboxes[0], "forged", { reply: "x" });
  await spy.nc.flush();
  await publish(1);
  await collector.atLeast(1);
  assert.equal(collector.taken[0]?.subject, `${stream}.0`);
  if (collector.taken[0]) finish(collector, collector.taken[0]);
  await loop.stop();
  await spy.close();
});

test("a loop goes on after the server was killed and started again on the same store", async () => {
  const collector = new Collector();
  const loop = start(collector, 2);
  await publish(1);
  await collector.atLeast(1);
  if (collector.taken[0]) finish(collector, collector.taken[0]);
  await link.nc.flush();
  await server.kill();
  await server.restart();
  await publish(1);
  await collector.atLeast(2);
  assert.equal(collector.taken.at(-1)?.streamSequence, 2);
  for (const message of collector.taken) finish(collector, message);
  await loop.stop();
});
