import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { EndpointHealth } from "./endpoint-health.ts";

const ENDPOINT = { baseUrl: "http://a/v1", model: "m" };

test("all who talk to an endpoint share its breaker; another model of the same server has its own", () => {
  const health = new EndpointHealth(new ManualClock());
  for (let failure = 0; failure < 5; failure++) {
    const gate = health.gateOf(ENDPOINT);
    assert.ok(gate.enter().allowed);
    gate.done("failure");
  }
  assert.deepEqual(health.gateOf({ ...ENDPOINT }).enter(), { allowed: false, why: "open", waitMs: 60_000 });
  assert.ok(health.gateOf({ ...ENDPOINT, model: "other" }).enter().allowed);
});

test("after 60 s one try goes, and its success opens the way for all", async () => {
  const clock = new ManualClock();
  const gate = new EndpointHealth(clock).gateOf(ENDPOINT);
  for (let failure = 0; failure < 5; failure++) gate.done("failure");
  await clock.advance(60_000);
  assert.ok(gate.enter().allowed);
  assert.equal(gate.enter().allowed, false);
  gate.done("success");
  assert.ok(gate.enter().allowed);
});

test("an endpoint that asked to be left alone is left alone for so long, and a shorter wish does not shorten it", async () => {
  const clock = new ManualClock();
  const gate = new EndpointHealth(clock).gateOf(ENDPOINT);
  gate.rest(2_000);
  gate.rest(500);
  assert.deepEqual(gate.enter(), { allowed: false, why: "rate_limited", waitMs: 2_000 });
  await clock.advance(2_000);
  assert.ok(gate.enter().allowed);
});

test("what an endpoint said of the calls that are left holds until its limit is full again", async () => {
  const clock = new ManualClock();
  const health = new EndpointHealth(clock);
  const gate = health.gateOf(ENDPOINT);
  assert.equal(gate.callsLeft(), undefined);
  gate.learn({ remaining: 4, fullInMs: 30_000 });
  assert.equal(health.gateOf({ ...ENDPOINT }).callsLeft(), 4);
  await clock.advance(29_999);
  assert.equal(gate.callsLeft(), 4);
  await clock.advance(1);
  assert.equal(gate.callsLeft(), undefined);
});
