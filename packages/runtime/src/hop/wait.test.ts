import assert from "node:assert/strict";
import { test } from "node:test";
import { complete } from "../actor/outcome.ts";
import { type Awaited, WaitBody } from "../contracts/bodies.ts";
import { TroupeError } from "../errors.ts";
import { isHopId } from "../ids.ts";
import { BED_HOP, BED_PASSPORT, BED_TASK, type BedHandler, HopBed } from "../testing/hop-bed.ts";
import { SUBJECTS } from "../testing/sim-place.ts";

const awaitedOf = (bed: HopBed, wait = 1): readonly Awaited[] => WaitBody.parse(bed.body(`c.wait.${wait}`)).for;

function put(bed: HopBed, awaited: Awaited, from: string, body: unknown, wait = 1) {
  assert.ok(isHopId(awaited.hop));
  return bed.put({
    subject: SUBJECTS.record(BED_TASK, awaited.hop, from, { class: "m", kind: "reply", to: "a" }),
    header: {
      writer: { node: "n", incarnation: "1", nonce: "r", previous: undefined, claim: 0, segment: 0 },
      passport: { ...BED_PASSPORT, parent: BED_HOP, wait, index: awaited.index },
    },
    encoding: "json",
    body: Buffer.from(JSON.stringify(body)),
  });
}

const late = { error: { code: "deadline_exceeded", message: "b did not answer within 500 ms" } };

const asks =
  (timeoutMs?: number): BedHandler =>
  async (_, ctx) => {
    try {
      return complete(await ctx.call("b", "question", timeoutMs === undefined ? {} : { timeoutMs }));
    } catch (error) {
      assert.ok(TroupeError.is(error, "deadline_exceeded"), String(error));
      return complete("late");
    }
  };

test("a call with a time-out is answered by the timer where its role is late, and that hop is ended", async () => {
  const bed = new HopBed();
  assert.equal((await bed.deliver(bed.start(), asks(500))).kind, "waiting");
  const [call] = awaitedOf(bed);
  assert.ok(call?.type === "call" && call.afterMs === 500);
  const ended: unknown[] = [];
  await bed.deliver(put(bed, call, "timer", late), asks(500), {}, { endHops: (_, hops) => void ended.push(...hops) });
  assert.deepEqual(bed.body("t.done.client"), { status: "completed", result: "late", by: "a" });
  assert.deepEqual(ended, [call.hop]);
  // The role answers after all: it changes nothing.
  assert.equal((await bed.deliver(put(bed, call, "b", { value: "here" }), asks(500))).kind, "joined");
  assert.equal(bed.names.filter((name) => name === "t.done.client").length, 1);
});

test("the role's answer in time stands, whatever the timer says later", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start(), asks(500));
  const [call] = awaitedOf(bed);
  assert.ok(call);
  await bed.deliver(put(bed, call, "b", { value: "here" }), asks(500));
  assert.equal((await bed.deliver(put(bed, call, "timer", late), asks(500))).kind, "joined");
  assert.deepEqual(bed.body("t.done.client"), { status: "completed", result: "here", by: "a" });
});

test("nobody but the called role may answer a call without a time-out", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start(), asks());
  const [call] = awaitedOf(bed);
  assert.ok(call && call.afterMs === undefined);
  assert.equal((await bed.deliver(put(bed, call, "timer", late), asks())).kind, "joined");
  assert.equal(bed.body("t.done.client"), undefined);
});

test("a time-out that is none is refused", async () => {
  for (const timeoutMs of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const bed = new HopBed();
    const end = await bed.deliver(bed.start(), async (_, ctx) => complete(await ctx.call("b", 1, { timeoutMs })));
    assert.ok(end.kind === "parked" && end.error.code === "invalid_request", JSON.stringify(end));
  }
});

const settles: BedHandler = async (_, ctx) => {
  const answers = await ctx.settle([
    { to: "b", body: 1 },
    { to: "b", body: 2 },
    { to: "b", body: 3 },
  ]);
  return complete(answers.map((answer) => ("value" in answer ? answer.value : answer.error.code)));
};

test("a join that settles waits for every answer, errors too, and gives them in the order of the calls", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start(), settles);
  const [first, second, third] = awaitedOf(bed);
  assert.ok(first && second && third);
  const failed = { error: { code: "tool_failed", message: "broken" } };
  assert.equal((await bed.deliver(put(bed, third, "b", { value: "three" }), settles)).kind, "joined");
  assert.equal((await bed.deliver(put(bed, first, "b", failed), settles)).kind, "joined");
  await bed.deliver(put(bed, second, "b", { value: "two" }), settles);
  assert.deepEqual(bed.body("t.done.client"), {
    status: "completed",
    result: ["tool_failed", "two", "three"],
    by: "a",
  });
});

test("a handler that on replay waits for all where it settled is parked", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start(), settles);
  const [first, second, third] = awaitedOf(bed);
  assert.ok(first && second && third);
  for (const one of [first, second]) await bed.deliver(put(bed, one, "b", { value: 0 }), settles);
  const end = await bed.deliver(put(bed, third, "b", { value: 0 }), async (_, ctx) => {
    await ctx.all([1, 2, 3].map((body) => ({ to: "b", body })));
    return complete(null);
  });
  assert.ok(end.kind === "parked" && end.error.code === "journal_mismatch");
});
