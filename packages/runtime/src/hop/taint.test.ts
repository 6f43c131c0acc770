import assert from "node:assert/strict";
import { test } from "node:test";
import { forward } from "../actor/outcome.ts";
import { BED_HOP, BED_TASK, type BedHandler, HopBed } from "../testing/hop-bed.ts";
import { SUBJECTS } from "../testing/sim-place.ts";
import { labelsOf, refusedLabels, type TaintRules } from "./taint.ts";

const rules = (role: TaintRules["role"], client: readonly string[] = []): TaintRules => ({ client, role });

const refusals: readonly [string, TaintRules | undefined, string, readonly string[], readonly string[]][] = [
  ["without rules everything is accepted", undefined, "planner", ["web"], []],
  ["without `accepts` everything is accepted", rules({}), "planner", ["web"], []],
  ["nothing is refused of a message without labels", rules({ accepts: [] }), "planner", [], []],
  ["a label that is not listed is refused", rules({ accepts: ["client"] }), "planner", ["client", "web"], ["web"]],
  ["an empty list accepts no label", rules({ accepts: [] }), "client", ["client"], ["client"]],
  ["a sender's own list goes before the general one", rules({ accepts: [], from: { b: ["web"] } }), "b", ["web"], []],
  ["a sender's own list may be narrower", rules({ accepts: ["web"], from: { b: [] } }), "b", ["web"], ["web"]],
  ["a sender named as a method of objects has no list", rules({ accepts: [], from: {} }), "constructor", ["x"], ["x"]],
];
for (const [claim, given, from, labels, refused] of refusals) {
  test(claim, () => assert.deepEqual(refusedLabels(from, labels, given), refused));
}

test("what a client sends gets the labels of clients, what a role sends does not", () => {
  assert.deepEqual(labelsOf("client", ["web"], rules({}, ["client"])), ["web", "client"]);
  assert.deepEqual(labelsOf("planner", ["web"], rules({}, ["client"])), ["web"]);
});

const onward: BedHandler = () => forward("b", {});
const passportOf = (bed: HopBed, name: string) =>
  bed.log.store.records.findLast(({ subject }) => subject.endsWith(name))?.header?.passport;

test("a hop that does not accept a label runs nothing and is parked with the label and its sender", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start({}, { taint: ["web"] }), () => assert.fail("the handler ran"), {
    taint: rules({ accepts: ["client"] }, ["client"]),
  });
  assert.ok(end.kind === "parked");
  assert.equal(end.error.code, "taint_refused");
  assert.deepEqual(end.error.details, { from: "client", refused: ["web"] });
});

const reads: BedHandler = async (_, ctx) => {
  await ctx.step("read", () => "a page");
  ctx.addTaint(["web"]);
  assert.deepEqual(ctx.taint, ["client", "web"]);
  return forward("b", {});
};

test("labels of clients and of what the handler took in travel on", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start(), reads, { taint: rules(undefined, ["client"]) });
  assert.deepEqual(passportOf(bed, "m.send.b")?.taint, ["client", "web"]);
});

test("without rules and labels the passport is handed down as it is", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start(), onward);
  assert.deepEqual(passportOf(bed, "m.send.b")?.taint, []);
});

test("what is no label is refused, and so are more than can travel", async () => {
  for (const labels of [["Web!"], Array.from({ length: 33 }, (_, index) => `l${index}`)]) {
    const bed = new HopBed();
    const end = await bed.deliver(bed.start(), (_, ctx) => {
      ctx.addTaint(labels);
      return forward("b", {});
    });
    assert.equal(end.kind, "parked");
  }
});

test("state that was written with labels brings them into every hop that reads it", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start({}, { taint: ["web"] }), async (_, ctx) => {
    await ctx.state.update(() => "what the page said");
    return forward("b", {});
  });
  const second = bed.put({
    subject: SUBJECTS.record(BED_TASK, BED_HOP, "b", { class: "m", kind: "send", to: "a" }),
    header: { passport: { index: 1, tenant: "bed", depth: 1, trail: [], taint: [], requires: [] } },
    encoding: "json",
    body: Buffer.from("{}"),
  });
  await bed.deliver(second, async (_, ctx) => {
    assert.equal(await ctx.state.get(), "what the page said");
    assert.deepEqual(ctx.taint, ["web"]);
    return forward("b", {});
  });
  assert.deepEqual(passportOf(bed, "m.send.b")?.taint, ["web"]);
});
