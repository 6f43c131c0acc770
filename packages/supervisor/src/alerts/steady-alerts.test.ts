import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type FiringAlert, identityOf } from "./alerts.ts";
import { CALM_MS, notOver, type RecentAlert, steadied } from "./steady-alerts.ts";

const LOST: FiringAlert = { name: "node_lost", about: "n1", text: "gone", since: "first" };

/** Looks once a second; true = the condition holds. Returns the seconds at which the alert began to fire, and at which it ended. */
function told(conditions: readonly boolean[]) {
  let recent: ReadonlyMap<string, RecentAlert> = new Map();
  const at = { fired: [] as number[], resolved: [] as number[] };
  let isFiring = false;
  for (const [second, holds] of conditions.entries()) {
    recent = steadied(recent, holds ? [{ ...LOST, since: `${second}` }] : [], second * 1_000);
    const now = notOver(recent).length > 0;
    if (now !== isFiring) at[now ? "fired" : "resolved"].push(second);
    isFiring = now;
  }
  return at;
}

const seconds = (count: number, holds: boolean): boolean[] => Array.from({ length: count }, () => holds);

test("the first end of an alert is one at once; when it comes back it stays until its condition has been away for a minute", () => {
  const once = [...seconds(5, true), ...seconds(100, false)];
  assert.deepEqual(told(once), { fired: [0], resolved: [5] });
  const flapping = Array.from({ length: 200 }, (_, second) => second % 2 === 0);
  assert.deepEqual(told([...flapping, ...seconds(100, false)]), { fired: [0, 2], resolved: [1, 258] });
});

test("what comes back later than that is a new alert", () => {
  const twice = [true, ...seconds(60, false), true, false, false];
  assert.deepEqual(told(twice), { fired: [0, 61], resolved: [1, 62] });
});

test("while an alert is held it keeps its time, and has its condition's newest text", () => {
  const looks = [[LOST], [], [{ ...LOST, since: "second" }], [], [{ ...LOST, since: "third", text: "gone again" }]];
  const recent = looks.reduce(
    (before, now, second) => steadied(before, now, second * 1_000),
    new Map<string, RecentAlert>() as ReadonlyMap<string, RecentAlert>,
  );
  assert.deepEqual(notOver(recent), [{ ...LOST, since: "second", text: "gone again" }]);
  assert.deepEqual([...recent.keys()], [identityOf(LOST)]);
});

test("however a condition comes and goes, it is never told to begin three times within a minute, and is over in the end", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 400 }), (conditions) => {
      const { fired, resolved } = told([...conditions, ...seconds(CALM_MS / 1_000 + 1, false)]);
      assert.equal(fired.length, resolved.length);
      for (const [i, second] of fired.entries())
        assert.ok((fired[i + 2] ?? Number.POSITIVE_INFINITY) - second >= CALM_MS / 1_000, fired.join());
    }),
  );
});
