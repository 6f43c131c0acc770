import assert from "node:assert/strict";
import { test } from "node:test";
import type { NewRecord } from "../log/task-log.ts";
import { seededRandom } from "../random.ts";
import { SimQueue } from "./sim-queue.ts";
import { SimStream } from "./sim-stream.ts";
import { SimProcess, SimTime } from "./sim-time.ts";
import { SimWire } from "./sim-wire.ts";

const record = (subject: string): NewRecord => ({ subject, header: {}, encoding: "json", body: Buffer.from("1") });

function world(isWriteOnce: boolean) {
  const time = new SimTime();
  const wire = new SimWire(time, seededRandom(1));
  const stream: SimStream = new SimStream({ time, wire, isWriteOnce, onStored: (stored) => queue.add(stored) });
  const queue: SimQueue = new SimQueue(time, wire, stream);
  return { time, wire, stream, queue };
}

test("a subject is written once, and what is lost on the way is unknown though it may be stored", async () => {
  const { time, wire, stream } = world(true);
  const process = new SimProcess("p", time);
  const reached = stream.reachedBy(process);
  const first = reached.append(record("a"));
  await time.run(100);
  assert.deepEqual(await first, { kind: "stored", sequence: 1 });
  const again = reached.append(record("a"));
  await time.run(200);
  assert.deepEqual(await again, { kind: "exists" });
  wire.network = { lostRate: 1, staleRate: 0 };
  const lost = reached.append(record("b"));
  await time.run(5_000);
  assert.equal((await lost).kind, "unknown");
});

test("a lagging replica shows what was stored a while ago, not what is new", async () => {
  const { time, wire, stream } = world(true);
  const reached = stream.reachedBy(new SimProcess("p", time));
  stream.append(record("a"));
  await time.run(10_000);
  stream.append(record("b"));
  wire.network = { lostRate: 0, staleRate: 1 };
  const read = [reached.get("a"), reached.get("b"), reached.last("*")];
  await time.run(10_200);
  assert.deepEqual(
    (await Promise.all(read)).map((found) => found?.subject),
    ["a", undefined, "a"],
  );
});

test("a message that its process does not answer goes to another one, once it is acked to nobody", async () => {
  const { time, stream, queue } = world(false);
  const [one, other] = [new SimProcess("one", time), new SimProcess("other", time)];
  const seen: string[] = [];
  queue.pull(one, 1, () => {
    seen.push("one");
    one.kill();
    return new Promise<never>(() => undefined);
  });
  stream.append(record("a"));
  await time.run(100);
  queue.pull(other, 1, (message) => {
    seen.push(`other ${message.deliveries}`);
    message.ack();
    return Promise.resolve();
  });
  await time.run(5_000);
  assert.deepEqual(seen, ["one"]);
  await time.run(30_000);
  assert.deepEqual(seen, ["one", "other 2"]);
  assert.equal(queue.size, 0);
  assert.equal(stream.get("a"), undefined);
});

test("who works long keeps its message, and no process has more than its slots", async () => {
  const { time, stream, queue } = world(false);
  let held = 0;
  let most = 0;
  let runs = 0;
  const process = new SimProcess("p", time);
  queue.pull(process, 2, async (message) => {
    runs++;
    most = Math.max(most, ++held);
    await process.clock.sleep(20_000);
    held--;
    message.ack();
  });
  for (const subject of ["a", "b", "c", "d"]) stream.append(record(subject));
  await time.run(60_000);
  assert.deepEqual({ most, runs, left: queue.size }, { most: 2, runs: 4, left: 0 });
});
