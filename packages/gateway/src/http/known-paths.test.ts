import assert from "node:assert/strict";
import { test } from "node:test";
import { KnownPaths } from "./known-paths.ts";

const paths = new KnownPaths();
paths.add("/tasks", "POST");
paths.add("/tasks", ["GET", "HEAD"]);
paths.add("/tasks/:id", "GET");
paths.add("/tasks/:id/log", "GET");
paths.add("/openapi.json", "GET");

test("a path takes the methods of all its routes", () => {
  assert.deepEqual(paths.methodsOf("/tasks"), ["POST", "GET", "HEAD"]);
  assert.deepEqual(paths.methodsOf("/tasks/7"), ["GET"]);
});

test("a route of just this path hides one that has a name there", () => {
  paths.add("/tasks/all", "POST");
  assert.deepEqual(paths.methodsOf("/tasks/all"), ["POST"]);
  assert.deepEqual(paths.methodsOf("/tasks/7"), ["GET"]);
});

test("a path of another length or with other characters is none", () => {
  for (const path of ["/", "/tasks/", "/tasks/7/8", "/tasks/7/log/x", "/openapiXjson", "/Tasks"])
    assert.deepEqual(paths.methodsOf(path), [], path);
});

test("of two that match, the one with more fixed text counts", () => {
  paths.add("/tasks/:id([^:]+)::cancel", "POST");
  assert.deepEqual(paths.methodsOf("/tasks/7:cancel"), ["POST"]);
  assert.deepEqual(paths.methodsOf("/tasks/7"), ["GET"]);
});
