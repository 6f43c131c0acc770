import assert from "node:assert/strict";
import { test } from "node:test";
import { Subjects } from "../contracts/subjects.ts";
import type { Link } from "../nats/connection.ts";
import { createLogger } from "../telemetry/logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { followRow } from "./row-follower.ts";

const settle = () => new Promise(setImmediate);

/** A row that the test changes, with or without a notice. */
function following() {
  const clock = new ManualClock();
  const stop = new AbortController();
  const seen: (string | undefined)[] = [];
  const store: { row: string | undefined; isDown: boolean } = { row: undefined, isDown: false };
  let notice: (() => void) | undefined;
  let subject = "";
  const subscribe = (to: string, { callback }: { callback: () => void }) => {
    subject = to;
    notice = callback;
    return { isClosed: () => false, unsubscribe: () => undefined };
  };
  const ended = followRow(
    {
      link: { nc: { subscribe } } as unknown as Link,
      subjects: new Subjects("troupe"),
      bucketName: "placement",
      bucket: {
        get: async (key) => {
          if (store.isDown) throw new Error("no answer");
          return store.row === undefined ? undefined : { key, value: store.row, revision: 1 };
        },
      },
      key: "n1",
      onRow: (row) => void seen.push(row),
      clock,
      logger: createLogger({ name: "test", level: "silent" }),
    },
    stop.signal,
  );
  const tell = async () => {
    notice?.();
    await settle();
  };
  return { clock, stop, ended, seen, store, tell, subject: () => subject };
}

test("a row is read at the start and on every notice of its own", async () => {
  const { seen, store, tell, subject } = following();
  await settle();
  store.row = "first";
  await tell();
  store.row = "second";
  await tell();
  assert.equal(subject(), "troupe.kv.troupe-placement.n1");
  assert.deepEqual(seen, [undefined, "first", "second"]);
});

test("a change whose notice was lost is found a little later", async () => {
  const { clock, seen, store } = following();
  await settle();
  store.row = "changed";
  await clock.advance(5_000);
  assert.deepEqual(seen, [undefined, "changed"]);
});

test("a row that cannot be read keeps its last value until it can", async () => {
  const { clock, seen, store, tell } = following();
  store.row = "known";
  await settle();
  store.isDown = true;
  const before = seen.length;
  await tell();
  assert.equal(seen.length, before);
  store.isDown = false;
  await clock.advance(500);
  assert.equal(seen.at(-1), "known");
  assert.equal(seen.length, before + 1);
});

test("it ends when it is told to", async () => {
  const { stop, ended } = following();
  await settle();
  stop.abort();
  await ended;
});
