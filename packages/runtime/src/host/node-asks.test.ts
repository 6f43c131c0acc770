import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "../errors.ts";
import type { HostEvent } from "./ipc.ts";
import { NodeAsks } from "./node-asks.ts";

const QUESTION = { service: "cache", role: "a", task: "0-v1-00000000000000000000000000", body: { key: 1 } };

test("questions are told with who asks, and answers go to who asked, in whatever order they come", async () => {
  const told: HostEvent[] = [];
  const asks = new NodeAsks((event) => told.push(event));
  const [first, second, third] = [asks.ask(QUESTION), asks.ask(QUESTION), asks.ask(QUESTION)];
  const { body, ...rest } = QUESTION;
  assert.deepEqual(told[0], { type: "ask", request: 1, ...rest, json: JSON.stringify(body) });
  asks.take({ type: "answer", request: 2, result: { ok: true, json: '{"b":[2]}' } });
  asks.take({ type: "answer", request: 9, result: { ok: true, json: "9" } });
  asks.take({ type: "answer", request: 1, result: { ok: true, json: "1" } });
  asks.take({ type: "answer", request: 3, result: { ok: false, error: { code: "store_full", message: "no room" } } });
  assert.deepEqual([await first, await second], [1, { b: [2] }]);
  await assert.rejects(third, (error) => TroupeError.is(error, "store_full") && error.message === "no room");
});

test("a question that is too large is not told at all", async () => {
  const told: HostEvent[] = [];
  const asks = new NodeAsks((event) => told.push(event));
  const body = "x".repeat(4 * 1024 * 1024);
  await assert.rejects(asks.ask({ ...QUESTION, body }), (error) => TroupeError.is(error, "body_too_large"));
  assert.deepEqual(told, []);
});
