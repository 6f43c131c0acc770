import assert from "node:assert/strict";
import { test } from "node:test";
import { ERRORS, type ErrorCode, TroupeError } from "@troupe/runtime/internal";
import { problemOf } from "./problem.ts";

test("every code becomes a problem with its own status, title and remedy", () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const { status, body } = problemOf(new TroupeError(code, "words"), "r1");
    assert.equal(status, ERRORS[code].http);
    assert.equal(body["detail"], "words");
    assert.equal(body["title"], ERRORS[code].meaning);
    assert.equal((body["error"] as { code: string }).code, code);
  }
});

test("an unforeseen error shows nothing of itself", () => {
  const { status, body } = problemOf(new Error("secret at /home/x"), "r1");
  assert.equal(status, 500);
  assert.ok(!JSON.stringify(body).includes("secret"));
  assert.equal(body["instance"], "urn:troupe:request:r1");
});

test("only what may be tried again says when", () => {
  const overloaded = problemOf(new TroupeError("overloaded", "x", { details: { retry_after_ms: 2_500 } }), "r");
  assert.deepEqual(overloaded.headers, { "retry-after": "3", "retry-after-ms": "2500" });
  assert.deepEqual(problemOf(new TroupeError("unknown_task", "x"), "r").headers, {});
});

test("the first wrong path is the OpenAI error's param", () => {
  const details = { problems: [{ path: "messages[0]", reason: "x" }] };
  const { body } = problemOf(new TroupeError("invalid_request", "x", { details }), "r");
  assert.equal((body["error"] as { param: string }).param, "messages[0]");
});

test("a secret in an error is not answered", () => {
  const error = new TroupeError("model_refused", "token=abc123456", { details: { said: "Bearer abcdefgh12345" } });
  assert.doesNotMatch(JSON.stringify(problemOf(error, "r1").body), /abc123456|abcdefgh12345/);
});

test("an outage is told of without names from inside", () => {
  for (const [inner, shown] of [
    ["no answer on JSC.API.DIRECT.GET.DEMO_LOG_0.demo.log.0.v1.x: TIMEOUT", "no answer on (inside): TIMEOUT"],
    ["direct get on DEMO_LOG_0: 503 no headers", "direct get on (inside): 503 no headers"],
    ["nobody serves troupe.supervisor.health", "nobody serves (inside)"],
    ["127.0.0.1:4222 is gone", "(inside):4222 is gone"],
    ["the store is full. Try again.", "the store is full. Try again."],
  ] as const) {
    const { body } = problemOf(new TroupeError("unavailable", inner), "r");
    assert.equal(body["detail"], shown);
    assert.equal((body["error"] as { message: string }).message, shown);
  }
  const { body } = problemOf(new TroupeError("unknown_role", "there is no role a.b.c"), "r");
  assert.equal(body["detail"], "there is no role a.b.c");
});
