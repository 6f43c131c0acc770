import assert from "node:assert/strict";
import { test } from "node:test";
import { complete } from "../actor/outcome.ts";
import { type Awaited, WaitBody } from "../contracts/bodies.ts";
import { isHopId } from "../ids.ts";
import { BED_HOP, BED_PASSPORT, BED_TASK, type BedHandler, HopBed } from "../testing/hop-bed.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { SUBJECTS } from "../testing/sim-place.ts";
import { JoinTurns } from "./join-turns.ts";

const CALLS = 8;

const joining: BedHandler = async (_, ctx) => {
  const answers = await ctx.all(Array.from({ length: CALLS }, (_each, body) => ({ to: "b", body })));
  return complete(answers.length);
};

function put(bed: HopBed, { hop, index }: Awaited) {
  assert.ok(isHopId(hop));
  return bed.put({
    subject: SUBJECTS.record(BED_TASK, hop, "b", { class: "m", kind: "reply", to: "a" }),
    header: {
      writer: { node: "n", incarnation: "1", nonce: "r", previous: undefined, claim: 0, segment: 0 },
      passport: { ...BED_PASSPORT, parent: BED_HOP, wait: 1, index },
    },
    encoding: "json",
    body: Buffer.from(JSON.stringify({ value: index })),
  });
}

test("eight replies that arrive together write one record each, none twice, and read the chain once between them", async () => {
  const bed = new HopBed();
  const joins = new JoinTurns();
  await bed.deliver(bed.start(), joining);
  const replies = WaitBody.parse(bed.body("c.wait.1")).for.map((awaited) => put(bed, awaited));
  bed.calls.length = 0;
  const ends = await Promise.all(replies.map((reply) => bed.deliver(reply, joining, {}, { joins })));
  assert.deepEqual(ends.map(({ kind }) => kind).toSorted(), [
    "committed",
    ...Array.from({ length: CALLS - 1 }, () => "joined"),
  ]);
  assert.deepEqual(bed.body("t.done.client"), { status: "completed", result: CALLS, by: "a" });
  const count = (call: string) => bed.calls.filter((each) => each === call).length;
  // Seven `got`, the claim, the end: no write was refused.
  assert.equal(count("append"), CALLS + 1);
  // The last own record once; then the hop's input, which the continuation needs besides.
  assert.deepEqual([count("last"), count("get")], [1, 1]);
  assert.equal(joins.size, 0);
});

test("turns come in the order of arrival, and nothing is remembered of a join that nobody is at", async () => {
  const clock = new ManualClock();
  const joins = new JoinTurns();
  const first = await joins.enter("j", clock);
  const order: number[] = [];
  const others = [1, 2].map(async (number) => {
    const turn = await joins.enter("j", clock);
    order.push(number);
    assert.equal(turn.known, first.known);
    turn.leave();
  });
  (await joins.enter("another", clock)).leave();
  assert.deepEqual([order, joins.size], [[], 1]);
  first.leave();
  first.leave();
  await Promise.all(others);
  assert.deepEqual([order, joins.size], [[1, 2], 0]);
});

test("who waits too long goes on without a turn, and passes none on", async () => {
  const clock = new ManualClock();
  const joins = new JoinTurns();
  const stuck = await joins.enter("j", clock);
  const impatient = joins.enter("j", clock);
  await clock.advance(1_000);
  (await impatient).leave();
  const patient = joins.enter("j", clock);
  let came = false;
  void patient.then(() => (came = true));
  await clock.advance(0);
  assert.equal(came, false);
  stuck.leave();
  (await patient).leave();
  assert.equal(joins.size, 0);
});
