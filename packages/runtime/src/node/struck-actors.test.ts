import assert from "node:assert/strict";
import { test } from "node:test";
import { struckActors } from "./struck-actors.ts";

const report = (id: string, inFlight: number) => ({
  id,
  epoch: 1,
  state: inFlight > 0 ? ("busy" as const) : ("available" as const),
  inFlight,
  done: 0,
  failed: 0,
  meanMs: 0,
});
const held = (durable: string, streamSequence: number) => ({
  stream: "T_LOG_0",
  durable,
  streamSequence,
  consumerSequence: 1,
});

test("whom a host's death is laid to", () => {
  const reports = [report("v1/a/0", 1), report("v1/a/1", 0), report("v1/b_gpu/0", 1), report("v1/c/0", 0)];
  assert.deepEqual(struckActors(reports, [held("v1-a", 7)]), [{ actor: "v1/a/0", message: "T_LOG_0/7" }]);
  assert.deepEqual(struckActors(reports, [held("v1-a", 7), held("v1-a", 8)]), [{ actor: "v1/a/0" }]);
  assert.deepEqual(struckActors(reports, [held("v1-b_gpu", 9)]), [{ actor: "v1/b_gpu/0", message: "T_LOG_0/9" }]);
  // Taken after the last report.
  assert.deepEqual(struckActors(reports, [held("v1-c", 3)]), [{ actor: "v1/c/0", message: "T_LOG_0/3" }]);
  // The one that blocked the host before it could be reported, beside one that has long been at work.
  assert.deepEqual(struckActors(reports, [held("v1-a", 7), held("v1-c", 9)]), [
    { actor: "v1/a/0", message: "T_LOG_0/7" },
    { actor: "v1/c/0", message: "T_LOG_0/9" },
  ]);
  assert.deepEqual(struckActors(reports, []), [{ actor: "v1/a/0" }, { actor: "v1/b_gpu/0" }]);
  assert.deepEqual(struckActors([report("v1/c/0", 0)], []), []);
});
