import assert from "node:assert/strict";
import { test } from "node:test";
import { complete, forward } from "../actor/outcome.ts";
import { type Awaited, WaitBody } from "../contracts/bodies.ts";
import { type EscalationRules, RuleFiring } from "../contracts/escalation-rules.ts";
import type { Passport } from "../contracts/record.ts";
import { isHopId } from "../ids.ts";
import { compileRules } from "../rules/compile-rules.ts";
import { BED_HOP, BED_PASSPORT, BED_TASK, type BedHandler, HopBed } from "../testing/hop-bed.ts";
import { SUBJECTS } from "../testing/sim-place.ts";
import type { HopRole } from "./ports.ts";

const ruled = (rules: EscalationRules = {}, change: Partial<HopRole> = {}): Partial<HopRole> => ({
  rules: compileRules(rules),
  targets: new Set(["b", "client"]),
  ...change,
});
const firingOf = (bed: HopBed, step = 1) => RuleFiring.parse((bed.body(`s.step.${step}`) as { value: unknown }).value);

const costly =
  (micros: number): BedHandler =>
  async (_, ctx) => {
    const usage = { inputTokens: 1, outputTokens: 1, costMicros: micros };
    await ctx.step("model", () => "x", { usage: () => usage });
    return forward("b", "x");
  };
const tallyOf = (bed: HopBed, name: string) =>
  bed.log.store.records.findLast(({ subject }) => subject.endsWith(name))?.header?.passport?.tally;

test("costs come together along a task's way; over the limit a person is asked, once for the rest of the way", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start(), costly(6_000_000), ruled({}, { escalation: "b" }));
  assert.deepEqual(tallyOf(bed, "m.send.b"), { costMicros: 6_000_000, runs: 1, failures: 0, passed: [] });

  const over = new HopBed();
  const tally = { costMicros: 6_000_000, runs: 1, failures: 0, passed: [] };
  await over.deliver(over.start({}, { tally, depth: 1 }), costly(5_000_000), ruled({}, { escalation: "b" }));
  assert.equal(firingOf(over, 2).message, "the task has cost $11");
  assert.deepEqual(tallyOf(over, "m.send.b"), { costMicros: 11_000_000, runs: 2, failures: 0, passed: ["cost"] });

  const later = new HopBed();
  const passed: Passport["tally"] = { costMicros: 11_000_000, runs: 2, failures: 0, passed: ["cost"] };
  await later.deliver(later.start({}, { tally: passed }), costly(1), ruled({}, { escalation: "b" }));
  assert.deepEqual(later.names.slice(1), ["s.step.1", "m.send.b"]);
});

const flaky: BedHandler = (_, ctx) => {
  if (ctx.attempt === 1) throw new Error("first run");
  return complete("second run");
};

test("failed runs count, and too many of them end the task", async () => {
  const bed = new HopBed();
  const tally = { costMicros: 0, runs: 12, failures: 1, passed: [] };
  const message = bed.start({}, { tally });
  assert.equal((await bed.deliver(message, flaky, ruled())).kind, "retry");
  const end = await bed.deliver(message, flaky, ruled());
  assert.ok(end.kind === "parked" && end.error.code === "aborted_by_rule", JSON.stringify(end));
  assert.equal(end.error.message, "2 of 14 runs of the task's roles have failed");
});

function put(bed: HopBed, awaited: Awaited, body: unknown, passport: Partial<Passport> = {}) {
  assert.ok(isHopId(awaited.hop));
  return bed.put({
    subject: SUBJECTS.record(BED_TASK, awaited.hop, "b", { class: "m", kind: "reply", to: "a" }),
    header: {
      writer: { node: "n", incarnation: "1", nonce: "r", previous: undefined, claim: 0, segment: 0 },
      passport: { ...BED_PASSPORT, depth: 1, parent: BED_HOP, wait: 1, index: awaited.index, ...passport },
    },
    encoding: "json",
    body: Buffer.from(JSON.stringify(body)),
  });
}

const askTwo: BedHandler = async (_, ctx) => {
  await ctx.all([1, 2].map((body) => ({ to: "b", body })));
  return forward("b", "x");
};

test("what called roles have cost counts for the caller, each of them once", async () => {
  const bed = new HopBed();
  const before = { costMicros: 1_000_000, runs: 4, failures: 0, passed: [] };
  await bed.deliver(bed.start({}, { tally: before }), askTwo, ruled());
  const calls = WaitBody.parse(bed.body("c.wait.1")).for;
  const given = tallyOf(bed, "c.wait.1");
  assert.deepEqual(given, { costMicros: 1_000_000, runs: 5, failures: 0, passed: [] });
  for (const call of calls) {
    const tally = { costMicros: 1_000_000 + 2_000_000, runs: 7, failures: 1, passed: [] };
    await bed.deliver(put(bed, call, { value: 1 }, { tally }), askTwo, ruled());
  }
  assert.deepEqual(tallyOf(bed, "m.send.b"), { costMicros: 5_000_000, runs: 9, failures: 2, passed: [] });
});

const carelessly: BedHandler = async (_, ctx) => {
  await ctx.call("b", 1).catch(() => "never mind");
  return complete("went on");
};

test("no handler can go on where a rule has ended the task in a role that it called", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start(), carelessly, ruled());
  const [call] = WaitBody.parse(bed.body("c.wait.1")).for;
  assert.ok(call);
  const error = { code: "aborted_by_rule", message: "over", details: { rule: "time_out" } };
  const end = await bed.deliver(put(bed, call, { error }), carelessly, ruled());
  assert.ok(end.kind === "parked" && end.error.code === "aborted_by_rule", JSON.stringify(end));
});
