import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterParts } from "./cluster-parts.ts";

const dependency = (kind: string, up: boolean, down_on: readonly string[] = up ? [] : ["n1"]) => ({
  kind,
  name: "api.example:8080 KEY m",
  up,
  down_on,
  reason: up ? null : "connect ECONNREFUSED 10.0.0.1:8080",
});
const partsOf = (...dependencies: readonly object[]) =>
  Object.fromEntries(clusterParts({ status: "healthy", dependencies }).map(({ name, ...rest }) => [name, rest]));

test("a model endpoint that works for no node is down; one that works for some is up and says so", () => {
  const parts = partsOf(dependency("model", true), dependency("model", false), dependency("cache", true));
  assert.deepEqual(parts["models"], { isUp: false, text: "1 of 2 model endpoints fail" });
  assert.deepEqual(parts["cache"], { isUp: true, text: "answers" });
  assert.deepEqual(partsOf(dependency("model", true, ["n2"]))["models"], {
    isUp: true,
    text: "1 of 1 model endpoints fail on some nodes",
  });
});

test("what nobody has used, or nobody tells of, is not down", () => {
  assert.deepEqual(partsOf()["models"], { isUp: true, text: "not used lately" });
  for (const odd of [undefined, null, "x", {}, { dependencies: [{ kind: "model" }] }]) {
    const [supervisor, ...others] = clusterParts(odd);
    assert.equal(supervisor?.isUp, odd !== undefined);
    assert.deepEqual(
      others.map(({ isUp }) => isUp),
      [true, true],
    );
  }
});

test("addresses, names of keys and nodes stay inside", () => {
  const text = JSON.stringify(partsOf(dependency("model", false), dependency("cache", false)));
  assert.doesNotMatch(text, /example|KEY|10\.0|n1|ECONN/);
});
