import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@troupe/runtime/internal";
import type { Fault } from "../chaos/suite/fault.ts";
import { FAULTS } from "../chaos/suite/faults.ts";
import { planFaults } from "../chaos/suite/schedule.ts";
import { chosenFaults, parseChaosSettings } from "../chaos/suite/settings.ts";

const MINUTES = 2;
const plan = (seed: number, faults: readonly Fault[] = FAULTS) =>
  planFaults(faults, MINUTES * 60_000, seededRandom(seed));

test("a seed gives one schedule, another seed another one", () => {
  assert.deepEqual(plan(7), plan(7));
  assert.notDeepEqual(plan(7), plan(8));
});

test("at most two faults last at once, never two of one kind of part, and all are healed before the end", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const planned = plan(seed);
    assert.ok(planned.length >= 10, `seed ${seed} plans ${planned.length} faults`);
    for (const { atMs, holdMs, fault } of planned) {
      assert.ok(atMs + holdMs <= MINUTES * 60_000 - 8_000, `seed ${seed}: ${fault.name} is healed late`);
      const others = planned.filter((o) => o.atMs <= atMs && o.atMs + o.holdMs > atMs && o.fault !== fault);
      assert.ok(others.length < 2, `seed ${seed}: three faults at ${atMs}`);
      assert.ok(
        others.every((other) => other.fault.struck !== fault.struck),
        `seed ${seed}: two faults of ${fault.struck} at ${atMs}`,
      );
    }
  }
});

test("a fault that is alone strikes again and again until the end", () => {
  const [alone] = chosenFaults(FAULTS, ["deliveries-lost"]);
  assert.ok(alone);
  for (let seed = 1; seed <= 50; seed++) {
    const { length, [length - 1]: last } = plan(seed, [alone]);
    assert.ok(length >= 20 && (last?.atMs ?? 0) > 100_000, `seed ${seed}: ${length} times, until ${last?.atMs}`);
  }
});

test("every fault comes in a few seeds", () => {
  const seen = new Set(Array.from({ length: 10 }, (_, seed) => plan(seed + 1).map(({ fault }) => fault.name)).flat());
  assert.deepEqual([...seen].toSorted(), FAULTS.map(({ name }) => name).toSorted());
});

test("wrong settings are told with what there is", () => {
  assert.equal(parseChaosSettings(["--help"], 1), "help");
  assert.throws(() => parseChaosSettings(["--minutes", "0"], 1), /--minutes: "0" is not a number from 0.5 to 1440/);
  assert.throws(() => parseChaosSettings(["--seed", "x"], 1), /--seed: "x"/);
  assert.throws(() => chosenFaults(FAULTS, ["earthquake"]), /no fault is called earthquake…; there are node-killed/);
  assert.deepEqual(
    chosenFaults(FAULTS, ["server-k"]).map(({ name }) => name),
    ["server-killed"],
  );
});
