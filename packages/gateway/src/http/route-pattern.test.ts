import assert from "node:assert/strict";
import { test } from "node:test";
import { matcherOf, routePattern } from "./route-pattern.ts";

const rows: readonly [path: string, pattern: string, taken: string, refused: string][] = [
  ["/api/v1/tasks", "/api/v1/tasks", "/api/v1/tasks", "/api/v1/tasks/x"],
  ["/.well-known/agent.json", "/.well-known/agent.json", "/.well-known/agent.json", "/.well-known/agentxjson"],
  ["/api/v1/tasks/{id}/log", "/api/v1/tasks/:id/log", "/api/v1/tasks/0-v1-x/log", "/api/v1/tasks//log"],
  ["/a2a/{role}/message:send", "/a2a/:role/message::send", "/a2a/r/message:send", "/a2a/r/messages"],
  ["/a2a/{role}/tasks/{id}:cancel", "/a2a/:role/tasks/:id([^:]+)::cancel", "/a2a/r/tasks/x:cancel", "/a2a/r/tasks/x"],
];
for (const [path, pattern, taken, refused] of rows) {
  test(`${path} is ${pattern} for the router, and matches what it takes alone`, () => {
    assert.equal(routePattern(path), pattern);
    const { matches, isNamed } = matcherOf(pattern);
    assert.ok(matches.test(taken));
    assert.ok(!matches.test(refused));
    assert.equal(isNamed, path.includes("{"));
  });
}
