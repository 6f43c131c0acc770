import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@troupe/runtime/internal-testing";
import type { Terminal } from "../terminal.ts";
import { saidWhenSlow } from "./said-when-slow.ts";

function surroundings() {
  const said: string[] = [];
  const terminal = { note: (line: string) => void said.push(line), paint: (_style: string, text: string) => text };
  return { said, clock: new ManualClock(), terminal: terminal as unknown as Terminal };
}

test("what takes more than two seconds is said, once, and its value is passed on", async () => {
  const scope = surroundings();
  const { promise, resolve } = Promise.withResolvers<number>();
  const waiting = saidWhenSlow(scope, "Waiting for the nodes", promise);
  await scope.clock.advance(1_999);
  assert.deepEqual(scope.said, []);
  await scope.clock.advance(1);
  assert.deepEqual(scope.said, ["Waiting for the nodes …"]);
  resolve(7);
  assert.equal(await waiting, 7);
});

test("what is quick, or fails at once, is not said", async () => {
  const scope = surroundings();
  assert.equal(await saidWhenSlow(scope, "x", Promise.resolve(1)), 1);
  await assert.rejects(saidWhenSlow(scope, "x", Promise.reject(new Error("no"))), /no/);
  await scope.clock.advance(10_000);
  assert.deepEqual(scope.said, []);
});
