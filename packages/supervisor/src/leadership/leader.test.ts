import assert from "node:assert/strict";
import { test } from "node:test";
import { CasBucket, createLogger, Lease, type RowStore, Subjects, seededRandom } from "@troupe/runtime/internal";
import { SimProcess, SimRows, SimTime } from "@troupe/runtime/internal-testing";
import { Leader } from "./leader.ts";

const logger = createLogger({ name: "test", level: "silent" });
const isLeaderGone = () => Promise.resolve(false);

/** Supervisors over one simulated store, each looking at the lease when it says. */
function world() {
  const time = new SimTime();
  const rows = new SimRows(time, seededRandom(1), () => undefined);
  const candidate = (id: string, changed: (store: RowStore) => RowStore = (store) => store) => {
    const process = new SimProcess(id, time);
    const { clock } = process;
    const store = changed(rows.reachedBy(process));
    const leases = new CasBucket({
      link: store,
      subjects: new Subjects("lead"),
      bucket: "leases",
      schema: Lease,
      logger,
      clock,
    });
    const leader = new Leader({ id, leases, leaseMs: 15_000, renewMs: 3_000, isLeaderGone, clock, logger });
    const epochs: number[] = [];
    void (async () => {
      for (;;) {
        const term = await leader.tick();
        if (term) epochs.push(term.epoch);
        await clock.sleep(leader.nextLookMs);
      }
    })();
    return { leader, epochs, process };
  };
  return { time, rows, candidate };
}

test("a leader renews its lease for as long as it runs, though every copy of the store that is read is behind", async () => {
  const { time, rows, candidate } = world();
  const [one, other] = [candidate("s1"), candidate("s2")];
  await time.run(5_000);
  rows.wire.network = { lostRate: 0, staleRate: 1 };
  await time.run(300_000);
  assert.deepEqual([...one.epochs, ...other.epochs], [1]);
  assert.ok(one.leader.isLeading !== other.leader.isLeading);
});

test("a renewal that was stored though its writer gave it up costs no term", async () => {
  const { time, candidate } = world();
  let isDeaf = false;
  const { leader, epochs } = candidate("s1", (store) => ({
    ...store,
    publish: async (subject, body, headers, expected) => {
      const outcome = await store.publish(subject, body, headers, expected);
      return isDeaf ? { kind: "unknown", text: "its answer got lost" } : outcome;
    },
    last: (subject) => (isDeaf ? Promise.reject(new Error("its answer got lost")) : store.last(subject)),
  }));
  await time.run(5_000);
  isDeaf = true;
  await time.run(10_000);
  isDeaf = false;
  await time.run(60_000);
  assert.deepEqual(epochs, [1]);
  assert.equal(leader.isLeading, true);
});

test("a leader that can write nothing for nine seconds, as while three servers elect one of them, leads on", async () => {
  const { time, candidate } = world();
  let isLeaderless = false;
  const { leader, epochs } = candidate("s1", (store) => ({
    ...store,
    publish: (...write) =>
      isLeaderless ? Promise.resolve({ kind: "unknown", text: "no leader" }) : store.publish(...write),
  }));
  for (let at = 5_000; at < 200_000; at += 20_000) {
    await time.run(at);
    isLeaderless = true;
    await time.run(at + 9_000);
    isLeaderless = false;
  }
  await time.run(200_000);
  assert.deepEqual(epochs, [1]);
  assert.equal(leader.isLeading, true);
});

test("the next renewal is due when the last one was sent, a failed one is tried again soon, and a standby looks every second", async () => {
  const { time, candidate } = world();
  const one = candidate("s1");
  await time.run(1_000);
  const other = candidate("s2");
  await time.run(1_500);
  assert.equal(other.leader.nextLookMs, 1_000);
  assert.ok(one.leader.nextLookMs <= 3_000 - 1_000);
  one.process.isCutOff = true;
  await time.run(10_000);
  assert.equal(one.leader.nextLookMs, 500);
});

test("a lease of a store that was restored is taken, though it is an older one than was known", async () => {
  const { time, candidate } = world();
  let shift = 0;
  // What was known of the store has higher numbers than what is in it now.
  const { epochs } = candidate("s1", (store) => ({
    ...store,
    publish: async (subject, body, headers, expected) => {
      const fence = expected && { ...expected, sequence: Math.max(0, expected.sequence - shift) };
      const outcome = await store.publish(subject, body, headers, fence);
      return outcome.kind === "stored" ? { ...outcome, sequence: outcome.sequence + shift } : outcome;
    },
    last: async (subject) => {
      const row = await store.last(subject);
      return row && { ...row, sequence: row.sequence + shift };
    },
  }));
  shift = 100;
  await time.run(31_500);
  assert.deepEqual(epochs, [1]);
  shift = 0;
  await time.run(120_000);
  assert.ok(epochs.length > 1, "it never led again");
});
