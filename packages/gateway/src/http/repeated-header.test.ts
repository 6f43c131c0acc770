import assert from "node:assert/strict";
import { test } from "node:test";
import { repeatedHeader } from "./repeated-header.ts";

test("two headers of which only one can count are found, however they are written; others may be repeated", () => {
  const cases: [readonly string[], string | undefined][] = [
    [[], undefined],
    [["Host", "a", "Authorization", "Bearer x"], undefined],
    [["Host", "a", "host", "a"], "host"],
    [["Authorization", "Bearer x", "Host", "a", "AUTHORIZATION", "Bearer y"], "authorization"],
    [["X-API-Key", "x", "x-api-key", "y"], "x-api-key"],
    [["Content-Type", "application/json", "Content-Type", "text/plain"], "content-type"],
    [["X-Forwarded-For", "a", "X-Forwarded-For", "b", "Cookie", "host", "Cookie", "host"], undefined],
  ];
  for (const [raw, expected] of cases) assert.equal(repeatedHeader(raw), expected, raw.join(" "));
});
