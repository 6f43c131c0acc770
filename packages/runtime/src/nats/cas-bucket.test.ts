import assert from "node:assert/strict";
import { test } from "node:test";
import { Lease } from "../contracts/control.ts";
import { Subjects } from "../contracts/subjects.ts";
import { seededRandom } from "../random.ts";
import { createLogger } from "../telemetry/logger.ts";
import { SimRows } from "../testing/sim-rows.ts";
import { SimProcess, SimTime } from "../testing/sim-time.ts";
import { CasBucket } from "./cas-bucket.ts";
import type { RowStore } from "./row-store.ts";

const logger = createLogger({ name: "test", level: "silent" });
const lease = (epoch: number): Lease => ({ v: 1, holder: "s1", epoch, renewedAtMs: 0, ttlMs: 15_000 });

/** A bucket in a simulated store, of which the first answer to a write of `epoch` gets lost. */
function bed(epoch: number) {
  const time = new SimTime();
  const rows = new SimRows(time, seededRandom(1), () => undefined);
  const process = new SimProcess("s1", time);
  const store = rows.reachedBy(process);
  let isLost = false;
  const publish: RowStore["publish"] = async (subject, body, headers, expected) => {
    const outcome = await store.publish(subject, body, headers, expected);
    if (isLost || !Buffer.from(body).includes(`"epoch":${epoch},`)) return outcome;
    isLost = true;
    return { kind: "unknown", text: "its answer got lost" };
  };
  const bucket = new CasBucket({
    link: { ...store, publish },
    subjects: new Subjects("cas"),
    bucket: "leases",
    schema: Lease,
    logger,
    clock: process.clock,
    random: seededRandom(2),
  });
  return { time, rows, bucket, process };
}

test("a write whose answer got lost is known as its own once a copy of the store shows it", async () => {
  const { time, rows, bucket } = bed(2);
  const written = (async () => {
    const { revision } = await bucket.create("supervisor", lease(1));
    rows.wire.network = { lostRate: 0, staleRate: 1 };
    time.after(2_000, () => {
      rows.wire.network = { lostRate: 0, staleRate: 0 };
    });
    return bucket.update("supervisor", lease(2), revision);
  })();
  await time.run(30_000);
  assert.equal((await written).revision, 2);
});

test("what became of a write is unknown, and no conflict, while every copy that is read is behind", async () => {
  const { time, rows, bucket } = bed(2);
  const written = assert.rejects(
    async () => {
      const { revision } = await bucket.create("supervisor", lease(1));
      rows.wire.network = { lostRate: 0, staleRate: 1 };
      await bucket.update("supervisor", lease(2), revision);
    },
    { code: "outcome_unknown" },
  );
  await time.run(30_000);
  await written;
});

test("a first write whose answer got lost is known as its own, and a rival's is a conflict", async () => {
  const { time, rows, bucket } = bed(1);
  const first = bucket.create("supervisor", lease(1));
  await time.run(30_000);
  assert.equal((await first).revision, 1);
  const rival = bed(3);
  const written = (async () => {
    await rival.bucket.create("supervisor", lease(1));
    await rival.bucket.update("supervisor", lease(3), 1);
    await rival.bucket.update("supervisor", lease(4), 1);
  })();
  const refused = assert.rejects(written, { code: "conflict" });
  await rival.time.run(30_000);
  await refused;
  assert.equal(rows.all(">").length, 1);
});

test("a row is asked for again while nobody answers, for some seconds", async () => {
  const { time, rows, bucket } = bed(2);
  const read = (async () => {
    await bucket.create("supervisor", lease(1));
    rows.wire.network = { lostRate: 1, staleRate: 0 };
    await assert.rejects(bucket.get("supervisor"), { code: "unavailable" });
    time.after(1_500, () => {
      rows.wire.network = { lostRate: 0, staleRate: 0 };
    });
    return bucket.get("supervisor");
  })();
  await time.run(60_000);
  assert.equal((await read)?.value.epoch, 1);
});
