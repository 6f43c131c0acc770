import assert from "node:assert/strict";
import { test } from "node:test";
import { complete, escalate, fanOut, forward } from "../actor/outcome.ts";
import type { HopId } from "../ids.ts";
import type { AppendOutcome, Fence, NewRecord } from "../log/task-log.ts";
import { BED_HOP, BED_PASSPORT, BED_TASK, type BedHandler, HopBed } from "../testing/hop-bed.ts";
import { SUBJECTS } from "../testing/sim-place.ts";
import type { HopEnd } from "./hop-end.ts";
import type { HopPorts } from "./ports.ts";

const toB: BedHandler = () => forward("b", {});
const REFUSED: AppendOutcome = { kind: "unknown", text: "no responders" };
const isRevoked = (to: string) => to === "b";

/** A server that refuses messages to `b` as one without the role's line does; the news of it comes with the first refusal. */
function cutServer(bed: HopBed, isStoredAfterAll = false): Partial<HopPorts> {
  let isCut = false;
  const append = async (record: NewRecord, fence?: Fence): Promise<AppendOutcome> => {
    if (!/\.m\.(send|fan|call)\.b$/.test(record.subject)) return bed.log.append(record, fence);
    if (isStoredAfterAll) await bed.log.append(record, fence);
    isCut = true;
    return REFUSED;
  };
  const log = { append, last: (f: string) => bed.log.last(f), get: (s: string) => bed.log.get(s) };
  return { log, isRevoked: (to) => isCut && to === "b" };
}

const codeOf = (end: HopEnd): string => (end.kind === "parked" ? end.error.code : end.kind);

const tried: readonly (readonly [string, BedHandler, string])[] = [
  ["forwards", toB, "b"],
  ["calls", async (_, ctx) => complete(await ctx.call("b", {})), "b"],
  ["answers the client", () => complete(1), "client"],
];

for (const [what, handler, cut] of tried) {
  test(`a role that ${what} over a revoked edge is parked, and nothing is sent`, async () => {
    const bed = new HopBed();
    const end = await bed.deliver(bed.start(), handler, {}, { isRevoked: (to) => to === cut });
    assert.equal(codeOf(end), "edge_revoked");
    assert.deepEqual(bed.names.slice(1), ["c.dead.0"]);
    assert.deepEqual(bed.answers, ["ack"]);
  });
}

const toBoth: BedHandler = () =>
  fanOut([
    { to: "a", body: 1 },
    { to: "b", body: 2 },
  ]);

test("a fan-out with one revoked edge among others sends none of it", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start(), toBoth, {}, { isRevoked });
  assert.equal(codeOf(end), "edge_revoked");
  assert.deepEqual(bed.names.slice(1), ["c.dead.0"]);
});

test("an escalation over a revoked edge is parked as one without an escalation role", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start(), () => escalate("help"), { escalation: "b" }, { isRevoked });
  assert.equal(codeOf(end), "escalated");
});

test("other edges of the role go on", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start(), () => forward("a", {}), {}, { isRevoked });
  assert.equal(end.kind, "committed");
});

test("a message that the server refuses is parked once the host knows why", async () => {
  const bed = new HopBed();
  assert.equal(codeOf(await bed.deliver(bed.start(), toB, {}, cutServer(bed))), "edge_revoked");
  assert.deepEqual(bed.names.slice(1), ["c.dead.0"]);
});

test("a message that was stored, although nobody said so, stands", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start(), toB, {}, cutServer(bed, true));
  assert.equal(end.kind, "settled");
  assert.deepEqual(bed.names.slice(1), ["m.send.b"]);
});

const promising: readonly (readonly [string, BedHandler, string])[] = [
  ["fan-out", () => fanOut([{ to: "b", body: 1 }]), "c.fan.0"],
  ["call", async (_, ctx) => complete(await ctx.call("b", {})), "c.wait.1"],
];

for (const [what, handler, commit] of promising) {
  test(`a stored ${what} whose message the server refuses is parked behind its commit, by whoever completes it`, async () => {
    const bed = new HopBed();
    const start = bed.start();
    const server = cutServer(bed);
    assert.equal(codeOf(await bed.deliver(start, handler, {}, server)), "edge_revoked");
    assert.deepEqual(bed.names.slice(1), [commit, "c.dead.0"]);
    assert.equal(
      (await bed.deliver(start, handler, {}, server)).kind,
      "settled",
      "delivered again, there is nothing to do",
    );
    assert.deepEqual(bed.answers, ["ack", "ack"]);
  });

  test(`the same of a ${what} whose executor died before its message`, async () => {
    const bed = new HopBed();
    const start = bed.start();
    const died = Promise.withResolvers<void>();
    const { log: open = bed.log } = cutServer(bed);
    const append = (record: NewRecord, fence?: Fence): Promise<AppendOutcome> => {
      if (!/\.m\.(fan|call)\.b$/.test(record.subject)) return open.append(record, fence);
      died.resolve();
      return new Promise(() => undefined);
    };
    void bed.deliver(start, handler, {}, { log: { ...open, append } });
    await died.promise;
    assert.deepEqual(bed.names.slice(1), [commit]);
    assert.equal(codeOf(await bed.deliver(start, handler, {}, cutServer(bed))), "edge_revoked");
    assert.deepEqual(bed.names.slice(1), [commit, "c.dead.0"]);
  });
}

const callsB: BedHandler = async (_, ctx) => complete(await ctx.call("b", { n: 1 }));

test("an answer that a call got before the edge was revoked is used", async () => {
  const bed = new HopBed();
  assert.equal((await bed.deliver(bed.start(), callsB)).kind, "waiting");
  const [call] = (bed.body("c.wait.1") as { for: { hop: HopId; index: number }[] }).for;
  assert.ok(call);
  const writer = { node: "n", incarnation: "1", nonce: "b", claim: 0, segment: 0 };
  const reply = bed.put({
    subject: SUBJECTS.record(BED_TASK, call.hop, "b", { class: "m", kind: "reply", to: "a" }),
    header: { writer, passport: { ...BED_PASSPORT, index: call.index, parent: BED_HOP, wait: 1 } },
    encoding: "json",
    body: Buffer.from('{"value":42}'),
  });
  assert.equal((await bed.deliver(reply, callsB, {}, { isRevoked })).kind, "committed");
  assert.equal((bed.body("t.done.client") as { result: unknown }).result, 42);
});
