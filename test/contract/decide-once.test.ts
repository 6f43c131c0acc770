/** Rivals that write under different subjects: the log takes one of them, and tells the other which. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  answersFilter,
  decideOnce,
  type HopId,
  jsonRecord,
  systemClock,
  systemRandom,
  type TaskId,
} from "@troupe/runtime/internal";
import { type GatewayBed, hopOf, startGatewayBed } from "../support/gateway-bed.ts";

let bed: GatewayBed;
before(async () => {
  bed = await startGatewayBed();
});
after(() => bed[Symbol.asyncDispose]());

const TASK = "0-v1-00000000000000000000000001" as TaskId;
const rivals = ["human", "timer"] as const;

const answer = (hop: HopId, from: (typeof rivals)[number]) => {
  const filter = answersFilter(bed.subjects, { task: TASK, awaited: { type: "approval", hop, index: 0, hash: "" } });
  const subject = bed.subjects.record(TASK, hop, from, { class: "m", kind: "reply", to: "router" });
  const ports = { log: bed.log, clock: systemClock, random: systemRandom };
  return decideOnce(ports, filter, jsonRecord(subject, {}, { value: from }));
};

test("whoever comes first stands, and whoever comes later reads it", async () => {
  for (const [n, [first, second]] of [rivals, rivals.toReversed()].entries()) {
    const hop = hopOf(n) as HopId;
    assert.equal((await answer(hop, first ?? "human")).kind, "stored");
    const late = await answer(hop, second ?? "human");
    assert.ok(late.kind === "exists");
    assert.match(late.record.subject, new RegExp(`\\.${first}\\.m\\.reply\\.`));
    assert.equal((await answer(hop, first ?? "human")).kind, "exists", "and neither does the first come twice");
  }
});

test("at the same moment, one of them", async () => {
  for (let n = 10; n < 60; n++) {
    const outcomes = await Promise.all(rivals.map((from) => answer(hopOf(n) as HopId, from)));
    assert.deepEqual(outcomes.map(({ kind }) => kind).toSorted(), ["exists", "stored"]);
  }
});
