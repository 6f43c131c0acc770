import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOfCall, type McpFailure } from "./mcp-failure.ts";

const rows: readonly [string, unknown, McpFailure][] = [
  ["an error of the protocol", { code: -32_602, message: "no such tool" }, "answered"],
  ["an answer that breaks its schema", { code: "INVALID_RESULT" }, "answered"],
  ["a question that nobody can answer", { code: "INPUT_REQUIRED_ROUNDS_EXCEEDED" }, "answered"],
  ["a session that the server forgot", { code: "CLIENT_HTTP_UNEXPECTED_CONTENT", status: 404 }, "refused"],
  ["too many requests", { code: "CLIENT_HTTP_UNEXPECTED_CONTENT", status: 429 }, "refused"],
  ["a connection that was closed before", { code: "NOT_CONNECTED" }, "refused"],
  ["a server that failed", { code: "CLIENT_HTTP_UNEXPECTED_CONTENT", status: 502 }, "unknown"],
  ["a connection that closed", { code: "CONNECTION_CLOSED" }, "unknown"],
  ["no answer in time", { code: "REQUEST_TIMEOUT" }, "unknown"],
  ["a broken fetch", new TypeError("terminated"), "unknown"],
  ["what nobody has seen before", "?", "unknown"],
];
for (const [claim, error, expected] of rows) {
  test(`${expected}: ${claim}`, () => assert.equal(failureOfCall(error), expected));
}
