import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CasBucket,
  createLogger,
  createPublisher,
  ensureResources,
  type Link,
  type Row,
  Subjects,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { silentLogger, startTestServer, type TestServer } from "../support/nats-server.ts";

const Value = z.strictObject({ n: z.int() });
type Value = z.infer<typeof Value>;
const subjects = new Subjects("buckets");
let server: TestServer;
let link: Link;
let bucket: CasBucket<Value>;

const open = (on: Link) =>
  new CasBucket({ link: on, subjects, bucket: "members", schema: Value, logger: silentLogger });

before(async () => {
  server = await startTestServer();
  link = await server.link();
  await ensureResources(link, { subjects });
  bucket = open(link);
});
after(async () => {
  await link.close();
  await server.stop();
});

test("a row is created once, changed by its revision only, and read back", async () => {
  const created = await bucket.create("a", { n: 1 });
  await assert.rejects(bucket.create("a", { n: 9 }), { code: "conflict" });
  const updated = await bucket.update("a", { n: 2 }, created.revision);
  await assert.rejects(bucket.update("a", { n: 9 }, created.revision), { code: "conflict" });
  assert.deepEqual(await bucket.get("a"), updated);
});

test("a row is put over the one that was read, or where none was, and over no other", async () => {
  const made = await bucket.put("put", { n: 1 }, undefined);
  await assert.rejects(bucket.put("put", { n: 9 }, undefined), { code: "conflict" });
  const over = await bucket.put("put", { n: 2 }, made.revision);
  await assert.rejects(bucket.put("put", { n: 9 }, made.revision), { code: "conflict" });
  assert.deepEqual(await bucket.get("put"), over);
});

test("of 20 updates of one revision exactly one wins", async () => {
  const { revision } = await bucket.create("race", { n: 0 });
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) => bucket.update("race", { n }, revision)),
  );
  const won = results.filter(({ status }) => status === "fulfilled");
  assert.equal(won.length, 1);
});

test("a removed row is gone and can be created again", async () => {
  const { revision } = await bucket.create("gone", { n: 1 });
  await assert.rejects(bucket.remove("gone", revision + 100), { code: "conflict" });
  await bucket.remove("gone", revision);
  assert.equal(await bucket.get("gone"), undefined);
  assert.equal((await bucket.create("gone", { n: 2 })).value.n, 2);
});

test("the list has every row but the removed ones", async () => {
  const { revision } = await bucket.create("listed.x", { n: 1 });
  await bucket.create("listed.y", { n: 2 });
  await bucket.remove("listed.x", revision);
  const keys = (await bucket.list()).map(({ key }) => key);
  assert.ok(keys.includes("listed.y") && !keys.includes("listed.x"));
});

test("a key that is no key is refused before anything is sent", async () => {
  for (const key of ["", "a b", "*", ">", "a.>", "a..b", ".a"]) {
    await assert.rejects(bucket.get(key), { code: "invalid_id" });
  }
});

test("a row that does not parse is malformed_record, and is left out of the list", async () => {
  const publisher = createPublisher(link);
  for (const [key, body] of [
    ["bad1", "{"],
    ["bad2", '{"n":"x"}'],
    ["bad3", "[".repeat(20_000)],
  ] as const) {
    await publisher.publish(subjects.row("members", key), Buffer.from(body));
    await assert.rejects(bucket.get(key), { code: "malformed_record" });
  }
  const keys = (await bucket.list()).map(({ key }) => key);
  assert.ok(!keys.some((key) => key.startsWith("bad")));
  publisher.close();
});

const isOwnKey = (key: string) => key.startsWith("own.");

test("rows of another form that others keep in the bucket are passed over without a word", async () => {
  const publisher = createPublisher(link);
  await publisher.publish(subjects.row("members", "other.kind"), Buffer.from('{"m":1}'));
  publisher.close();
  const said: string[] = [];
  const logger = createLogger({ name: "test", level: "error", destination: { write: (line) => said.push(line) } });
  const own = new CasBucket({ link, subjects, bucket: "members", schema: Value, isOwnKey, logger });
  await own.create("own.kind", { n: 1 });
  assert.deepEqual(
    (await own.list()).map(({ key }) => key),
    ["own.kind"],
  );
  assert.deepEqual(said, []);
});

/** Waits until a watch has told a row that fits. */
class Seen {
  readonly rows = new Map<string, Row<Value> | undefined>();
  #waiting: (() => void)[] = [];

  readonly onChange = (key: string, row: Row<Value> | undefined): void => {
    this.rows.set(key, row);
    for (const check of this.#waiting) check();
  };

  async until(fits: () => boolean): Promise<void> {
    if (fits()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push(() => {
      if (fits()) resolve();
    });
    const tooLate = setTimeout(() => reject(new Error("the watch did not tell")), 15_000);
    await promise.finally(() => clearTimeout(tooLate));
  }
}

test("a watch tells what is there, then changes and removals, at once", async () => {
  const { revision } = await bucket.create("w1", { n: 1 });
  const seen = new Seen();
  const watch = bucket.watch({ onChange: seen.onChange, relistMs: 60_000 });
  await watch.ready;
  assert.equal(seen.rows.get("w1")?.value.n, 1);
  const updated = await bucket.update("w1", { n: 2 }, revision);
  await seen.until(() => seen.rows.get("w1")?.value.n === 2);
  await bucket.remove("w1", updated.revision);
  await seen.until(() => seen.rows.has("w1") && seen.rows.get("w1") === undefined);
  watch.close();
});

test("a watch that missed its notices is healed by the next look", async () => {
  const seen = new Seen();
  // Its notices go elsewhere: only reading again can show the change.
  const deaf = new Subjects("buckets");
  deaf.rowChanged = () => "nowhere.>";
  const deafBucket = new CasBucket({ link, subjects: deaf, bucket: "members", schema: Value, logger: silentLogger });
  const watch = deafBucket.watch({ onChange: seen.onChange, relistMs: 100 });
  await watch.ready;
  await bucket.create("healed", { n: 1 });
  await seen.until(() => seen.rows.get("healed")?.value.n === 1);
  watch.close();
});

test("a handler that throws does not end the watch", async () => {
  const seen = new Seen();
  const watch = bucket.watch({
    relistMs: 60_000,
    onChange: (key, row) => {
      if (key === "throws") throw new Error("broken");
      seen.onChange(key, row);
    },
  });
  await watch.ready;
  await bucket.create("throws", { n: 1 });
  await bucket.create("told", { n: 1 });
  await seen.until(() => seen.rows.has("told"));
  watch.close();
});

test("a watch goes on after the server was killed and started again, and sees what changed meanwhile", async () => {
  const { revision } = await bucket.create("restart", { n: 1 });
  const seen = new Seen();
  const watch = bucket.watch({ onChange: seen.onChange, relistMs: 60_000 });
  await watch.ready;
  await server.kill();
  const update = bucket.update("restart", { n: 2 }, revision); // retried until the server is back
  await server.restart();
  await update;
  await seen.until(() => seen.rows.get("restart")?.value.n === 2);
  watch.close();
});
