/** What a supervisor knows of the tasks in the log, read from a real one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as timer } from "node:timers/promises";
import { ensureResources, type Link, Subjects, systemClock } from "@troupe/runtime/internal";
import { Observer, openConsumer, RecordPull } from "@troupe/supervisor/internal";
import { sizeOf } from "../../bench/jetstream-api.ts";
import { writeFinishedTasks } from "../support/finished-tasks.ts";
import { silentLogger, startTestServer } from "../support/nats-server.ts";
import { until } from "../support/stack.ts";

const subjects = new Subjects("observed");
const LIMIT_MS = 120_000;
/** By then a consumer that is idle has said so. */
const HEARTBEAT_MS = 2_500;

interface ConsumerList {
  readonly consumers: readonly { readonly config: { readonly deliver_policy: string } }[] | null;
}

/** Where the consumers of the log begin. */
async function beginnings({ nc }: Link): Promise<readonly string[]> {
  const answer = await nc.request(`$JS.API.CONSUMER.LIST.${subjects.logStream(0)}`, "", { timeout: 15_000 });
  return (answer.json<ConsumerList>().consumers ?? []).map(({ config }) => config.deliver_policy);
}

async function loseConsumers({ nc }: Link): Promise<number> {
  const stream = subjects.logStream(0);
  const list = await nc.request(`$JS.API.CONSUMER.NAMES.${stream}`, "", { timeout: 15_000 });
  const { consumers } = list.json<{ consumers: string[] }>();
  for (const name of consumers) await nc.request(`$JS.API.CONSUMER.DELETE.${stream}.${name}`, "", { timeout: 15_000 });
  return consumers.length;
}

test("what was there, and what comes while it is read, is taken in once, also when the server loses the consumers midway", async () => {
  await using server = await startTestServer();
  const [link, other] = [await server.link(), await server.link("other")];
  await ensureResources(link, { subjects });
  await writeFinishedTasks(other, subjects, 600);
  const observer = new Observer({ link, subjects, shards: 1, logger: silentLogger, clock: systemClock });
  const { index } = observer;
  const seen: number[] = [];
  const listening = new AbortController();
  observer.listen(({ sequence }) => seen.push(sequence), listening.signal);
  try {
    await until("the first ends", LIMIT_MS, async () => index.endedCount > 100);
    const [lost] = await Promise.all([loseConsumers(other), writeFinishedTasks(other, subjects, 100)]);
    assert.ok(lost > 0, "there was no consumer to lose");
    await observer.caughtUp;
    await until("all of them", LIMIT_MS, async () => index.endedCount === 700 && index.openCount === 0);
    await until("their starts", LIMIT_MS, async () => seen.length >= 1_400);
    const begun = [...index.endedTasks()].filter(({ startedAtMs }) => startedAtMs !== undefined);
    assert.equal(begun.length, 700);
    assert.deepEqual([seen.length, new Set(seen).size], [1_400, 1_400]);
    // Once the server has said how far it has looked, also for what never came, the next consumers begin at the end: nothing is counted.
    await until("consumers that begin at the end", LIMIT_MS, async () => {
      await timer(HEARTBEAT_MS);
      await loseConsumers(other);
      await writeFinishedTasks(other, subjects, 10);
      await until("consumers of every kind", 15_000, async () => (await beginnings(other)).length === 8);
      return (await beginnings(other)).every((policy) => policy === "new");
    });
    await writeFinishedTasks(other, subjects, 10);
    const { messages } = await sizeOf(other, subjects.logStream(0));
    await until("what came meanwhile", LIMIT_MS, async () => seen.length >= messages);
    assert.deepEqual([seen.length, new Set(seen).size], [messages, messages]);
    listening.abort();
    await writeFinishedTasks(other, subjects, 1);
    await until("one more", LIMIT_MS, async () => index.endedCount === messages / 2 + 1);
    assert.equal(seen.length, messages, "nothing is told after the listener's time");
  } finally {
    await observer.stop();
    await link.close();
    await other.close();
  }
});

test("a round brings what is there, else the next record; it says when the consumer is gone, and takes nothing after a failure", async () => {
  await using server = await startTestServer();
  const link = await server.link();
  await using _ = { [Symbol.asyncDispose]: () => link.close() };
  await ensureResources(link, { subjects });
  const stream = subjects.logStream(0);
  const followed = { stream, filter: subjects.everywhere(0, "t.done.client"), headersOnly: true };
  const taken: number[] = [];
  const open = async (take: (deliverySequence: number) => void) => {
    const { name: consumer } = await openConsumer(link, followed, 0);
    return new RecordPull({ link, stream, consumer, take: ({ deliverySequence }) => take(deliverySequence) });
  };
  const { signal } = new AbortController();
  {
    using pull = await open((deliverySequence) => taken.push(deliverySequence));
    await writeFinishedTasks(link, subjects, 5);
    await pull.round(2, signal);
    assert.deepEqual(taken, [1, 2], "no more than was asked for");
    await pull.round(10, signal);
    assert.deepEqual(taken, [1, 2, 3, 4, 5]);
    const [next] = await Promise.all([pull.round(10, signal), writeFinishedTasks(link, subjects, 1)]);
    assert.equal(next.cutOff, undefined);
    assert.equal(taken.length, 6);
    const stopped = new AbortController();
    const idle = pull.round(10, stopped.signal);
    stopped.abort();
    assert.deepEqual(await idle, { idle: undefined, cutOff: undefined });
    const cutOff = pull.round(10, signal);
    await loseConsumers(link);
    assert.match((await cutOff).cutOff ?? "", /409 Consumer Deleted/);
    assert.match((await pull.round(10, signal)).cutOff ?? "", /503/);
  }
  const seen: number[] = [];
  using failing = await open((deliverySequence) => {
    seen.push(deliverySequence);
    throw new Error("cannot be taken");
  });
  await assert.rejects(failing.round(10, signal), /cannot be taken/);
  await assert.rejects(failing.round(10, signal), /cannot be taken/);
  assert.deepEqual(seen, [1]);
  assert.equal(taken.length, 6);
});
