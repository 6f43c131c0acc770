import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OPERATION_REQUESTS, operationId, parseOperationId, type Wish } from "./operations.ts";

const WISHES: readonly (readonly [Wish, string])[] = [
  [{ kind: "migrate", replica: "router/0", to: "node-2" }, "migrate.router.0.node-2"],
  [{ kind: "migrate", replica: "developer_gpu/12", to: "desk" }, "migrate.developer_gpu.12.desk"],
  [{ kind: "pause", role: "router" }, "pause.router"],
  [{ kind: "resume", role: "router" }, "resume.router"],
  [{ kind: "scale", role: "router", replicas: 0 }, "scale.router.0"],
  [{ kind: "restart", target: "router", generation: 3 }, "restart.router.g3"],
  [{ kind: "restart", target: "router/1", generation: 3 }, "restart.router.1.g3"],
  [{ kind: "stop", replica: "router/1" }, "stop.router.1"],
  [{ kind: "drain", node: "node-1" }, "drain.node-1"],
];

test("an operation's id says what is wanted, and back", () => {
  for (const [wish, id] of WISHES) {
    assert.equal(operationId(wish), id);
    assert.deepEqual(parseOperationId(id), wish);
  }
});

test("what is no id is refused, whatever it is", () => {
  for (const id of [
    "",
    "migrate",
    "migrate.router.0",
    "migrate.router.00.node-2",
    "migrate.router.0.node-2.more",
    "scale.router.-1",
    "scale.router.01",
    "restart.router.3",
    "pause.client",
    "stop.router",
    "drain.Node",
    "fly.router",
    "__proto__.x",
  ])
    assert.equal(parseOperationId(id), undefined, id);
  fc.assert(
    fc.property(fc.string(), (text) => {
      const wish = parseOperationId(text);
      assert.ok(wish === undefined || operationId(wish) === text);
    }),
  );
});

test("requests name their replica as role, slash, number", () => {
  const { migrate, restart } = OPERATION_REQUESTS;
  assert.ok(migrate.safeParse({ replica: "a/0", to: "n1" }).success);
  assert.ok(!migrate.safeParse({ replica: "a", to: "n1" }).success);
  assert.ok(!migrate.safeParse({ replica: "a/0", to: "N 1" }).success);
  assert.ok(restart.safeParse({ target: "a" }).success);
  assert.ok(restart.safeParse({ target: "a/0", reason: "leaks" }).success);
});

test("what is neither a role nor a replica is told what would be one", () => {
  for (const target of ["", "__proto__", "a/-1", "a/b", 7]) {
    const { error } = OPERATION_REQUESTS.restart.safeParse({ target });
    assert.match(
      error?.issues[0]?.message ?? "",
      /the name of a role, or a role, a slash and a number/,
      String(target),
    );
  }
});
