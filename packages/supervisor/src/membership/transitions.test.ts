import assert from "node:assert/strict";
import { test } from "node:test";
import type { Heartbeat, Member } from "@troupe/runtime/internal";
import { brake, isMassSuspicion } from "./brakes.ts";
import { EMPTY_MEMBERSHIP, type Membership, withHeartbeat, withMember, withoutMember } from "./snapshot.ts";
import { isOfEndedLife, onForgotten, onHeartbeat, onSilence, toProbe } from "./transitions.ts";

const AT = "2026-01-01T00:00:00.000Z";

const heartbeat = (changes: Partial<Heartbeat> = {}): Heartbeat => ({
  v: 1,
  node: "a",
  incarnation: "i2",
  sequence: 1,
  labels: {},
  capabilities: [],
  slots: 8,
  busy: 0,
  load: 0,
  memoryBytes: 1,
  loopP99Ms: 1,
  isDraining: false,
  actors: [],
  ...changes,
});

const member = (status: Member["status"], changes: Partial<Member> = {}): Member => ({
  v: 1,
  node: "a",
  incarnation: "i2",
  status,
  labels: {},
  capabilities: [],
  slots: 8,
  since: AT,
  reason: "test",
  ...changes,
});

const known = (status: Member["status"], beat?: Heartbeat) => ({ member: member(status), heartbeat: beat });

test("what a heartbeat makes of a node", () => {
  const cases: [string, Member["status"] | undefined, Heartbeat, Member["status"] | undefined][] = [
    ["unknown node", undefined, heartbeat(), "joining"],
    ["second heartbeat", "joining", heartbeat(), "up"],
    ["more heartbeats", "up", heartbeat(), undefined],
    ["heard again", "suspect", heartbeat(), "up"],
    ["returned from the dead", "dead", heartbeat(), undefined],
    ["returned from the dead, draining", "dead", heartbeat({ isDraining: true }), undefined],
    ["returned after leaving", "left", heartbeat(), undefined],
    ["a later life after leaving", "left", heartbeat({ incarnation: "i3" }), "joining"],
    ["drains", "up", heartbeat({ isDraining: true }), "draining"],
    ["its last heartbeat", "draining", heartbeat({ isDraining: true, hasLeft: true }), "left"],
    ["its last heartbeat, repeated", "left", heartbeat({ isDraining: true, hasLeft: true }), undefined],
    ["drains on", "draining", heartbeat({ isDraining: true }), undefined],
    ["drain was asked for, the node does not know yet", "draining", heartbeat(), undefined],
    ["a later life", "dead", heartbeat({ incarnation: "i3" }), "joining"],
    ["a later life of a healthy node", "up", heartbeat({ incarnation: "i3" }), "joining"],
    ["an earlier life", "up", heartbeat({ incarnation: "i1" }), undefined],
    ["an earlier life of a dead node", "dead", heartbeat({ incarnation: "i1" }), undefined],
  ];
  for (const [name, status, beat, expected] of cases) {
    const change = onHeartbeat(status && known(status), beat, AT);
    assert.equal(change?.member.status, expected, name);
    if (change) assert.equal(change.member.incarnation, beat.incarnation, name);
  }
});

test("a life that was declared dead or let go is told so when it is heard; its last word and other lives are not", () => {
  const cases: [Member["status"] | undefined, Heartbeat, boolean][] = [
    ["dead", heartbeat(), true],
    ["left", heartbeat({ isDraining: true }), true],
    ["left", heartbeat({ hasLeft: true }), false],
    ["dead", heartbeat({ incarnation: "i3" }), false],
    ["suspect", heartbeat(), false],
    [undefined, heartbeat(), false],
  ];
  for (const [status, beat, expected] of cases) assert.equal(isOfEndedLife(status && known(status), beat), expected);
});

test("what silence makes of a node, and that nobody dies without a probe", () => {
  const cases: [
    Member["status"],
    Parameters<typeof onSilence>[1],
    Parameters<typeof onSilence>[2],
    string | undefined,
  ][] = [
    ["up", "alive", "not_asked", undefined],
    ["up", "suspect", "not_asked", "suspect"],
    ["up", "silent", "gone", "suspect"],
    ["joining", "suspect", "not_asked", "suspect"],
    ["suspect", "suspect", "not_asked", undefined],
    ["suspect", "silent", "not_asked", undefined],
    ["suspect", "silent", "answered", undefined],
    ["suspect", "suspect", "mute", undefined],
    ["suspect", "suspect", "gone", "dead"],
    ["suspect", "silent", "mute", "dead"],
    ["suspect", "alive", "gone", undefined],
    ["draining", "suspect", "gone", "left"],
    ["draining", "suspect", "mute", undefined],
    ["draining", "silent", "mute", "left"],
    ["dead", "silent", "gone", undefined],
    ["left", "silent", "gone", undefined],
  ];
  for (const [status, suspicion, probe, expected] of cases) {
    const change = onSilence(known(status), suspicion, probe, AT);
    assert.equal(change?.member.status, expected, `${status} ${suspicion} ${probe}`);
  }
});

test("a dead node is let go after a while, nobody else is", () => {
  assert.equal(onForgotten(known("dead"), 10, 10, AT)?.member.status, "left");
  assert.equal(onForgotten(known("dead"), 9, 10, AT), undefined);
  assert.equal(onForgotten(known("suspect"), 10, 10, AT), undefined);
});

test("a snapshot refuses to go back: earlier lives, and heartbeats out of order", () => {
  const one = withMember(EMPTY_MEMBERSHIP, member("up"));
  assert.equal(withMember(one, member("dead", { incarnation: "i1" })), one);
  const two = withHeartbeat(one, heartbeat({ sequence: 5 }));
  assert.equal(two.version, one.version + 1);
  assert.equal(withHeartbeat(two, heartbeat({ sequence: 5 })), two);
  assert.equal(withHeartbeat(two, heartbeat({ sequence: 9, incarnation: "i1" })), two);
  assert.equal(one.nodes.get("a")?.heartbeat, undefined, "an earlier snapshot is never changed");
  assert.equal(withMember(two, member("joining", { incarnation: "i3" })).nodes.get("a")?.heartbeat, undefined);
});

const cluster = (...statuses: Member["status"][]): Membership =>
  statuses.reduce((all, status, i) => withMember(all, member(status, { node: `n${i}` })), EMPTY_MEMBERSHIP);

test("half of the nodes suspect at once is taken for a fault of the observer, one of two is not", () => {
  assert.equal(isMassSuspicion(cluster("suspect", "suspect", "up", "up")), true);
  assert.equal(isMassSuspicion(cluster("suspect", "suspect")), true);
  assert.equal(isMassSuspicion(cluster("suspect", "up")), false);
  assert.equal(isMassSuspicion(cluster("suspect", "suspect", "up", "up", "up")), false);
  assert.equal(isMassSuspicion(cluster("suspect", "suspect", "up", "up", "dead", "left")), true);
});

test("deaths are held back by a leader that has not heard the node yet, by one another, and by mass suspicion for a while", () => {
  const limits = { graceMs: 10, deathSpacingMs: 5, massSuspicionHoldMs: 30 };
  const calm = { leadingSinceMs: 0, lastDeathMs: undefined, massSuspicionSinceMs: undefined };
  assert.match(brake(calm, limits, 9, false) ?? "", /new/);
  assert.equal(brake(calm, limits, 9, true), undefined);
  assert.equal(brake(calm, limits, 10, false), undefined);
  assert.match(brake({ ...calm, lastDeathMs: 100 }, limits, 104, true) ?? "", /moment ago/);
  assert.equal(brake({ ...calm, lastDeathMs: 100 }, limits, 105, true), undefined);
  assert.match(brake({ ...calm, massSuspicionSinceMs: 100 }, limits, 129, true) ?? "", /half/);
  assert.equal(brake({ ...calm, massSuspicionSinceMs: 100 }, limits, 130, true), undefined);
});

test("a node that has left is forgotten in the end, and may come back as a new one", () => {
  const membership = withMember(EMPTY_MEMBERSHIP, member("left"));
  const without = withoutMember(membership, "a");
  assert.equal(without.nodes.size, 0);
  assert.equal(without.version, membership.version + 1);
  assert.equal(membership.nodes.size, 1);
});

test("suspects and silent draining nodes are probed, others are not", () => {
  const membership = cluster("up", "suspect", "draining", "dead");
  assert.deepEqual(
    toProbe(membership, () => "suspect"),
    ["n1", "n2"],
  );
  assert.deepEqual(
    toProbe(membership, () => "alive"),
    [],
  );
});
