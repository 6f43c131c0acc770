import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { InFlight } from "./in-flight.ts";

test("a place that is kept counts like a task that runs, until it is given up, once", () => {
  const inFlight = new InFlight(new ManualClock());
  const first = inFlight.keepPlace();
  const second = inFlight.keepPlace();
  assert.equal(inFlight.count, 2);
  first();
  first();
  assert.equal(inFlight.count, 1);
  second();
  assert.equal(inFlight.count, 0);
});
