import assert from "node:assert/strict";
import { test } from "node:test";
import { DependencyReport } from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { DEPENDENCY_KNOWN_MS, DependencyWatch } from "./dependency-watch.ts";

const POLICY = { failures: 3, openMs: 60_000 };

function watch() {
  const clock = new ManualClock();
  return { clock, models: new DependencyWatch("model", clock, POLICY) };
}
const UP = { kind: "model", name: "m", isUp: true };
const DOWN = { kind: "model", name: "m", isUp: false, reason: "HTTP 500" };

test("what fails often enough in a row is down, and up with the first success", () => {
  const { models } = watch();
  const fail = () => models.heard("m", "failure", "HTTP 500");
  fail();
  fail();
  assert.deepEqual(models.reports(), [UP]);
  models.heard("m", "success");
  fail();
  fail();
  assert.deepEqual(models.reports(), [UP], "a success between them starts the count anew");
  fail();
  assert.deepEqual(models.reports(), [DOWN]);
  fail();
  assert.deepEqual(
    models.reports(),
    [DOWN],
    "the try that a breaker lets through now and then changes nothing when it fails",
  );
  models.heard("m", "success");
  assert.deepEqual(models.reports(), [UP]);
});

test("a try that was given up says nothing", () => {
  const { models } = watch();
  models.heard("m", "abandoned");
  assert.deepEqual(models.reports(), []);
});

test("what was not used for a while is not known any more", async () => {
  const { clock, models } = watch();
  for (let i = 0; i < 3; i++) models.heard("m", "failure", "HTTP 500");
  await clock.advance(DEPENDENCY_KNOWN_MS);
  assert.deepEqual(models.reports(), [DOWN]);
  await clock.advance(1);
  assert.deepEqual(models.reports(), []);
});

test("each is told apart, and fits into a heartbeat however long its name", () => {
  const { models } = watch();
  models.heard("m", "success");
  models.heard("x".repeat(1_000), "failure", "y".repeat(1_000));
  for (let i = 0; i < 3; i++) models.heard("z", "failure", "y".repeat(1_000));
  assert.deepEqual(
    models.reports().map((report) => DependencyReport.parse(report).isUp),
    [true, true, false],
  );
});
