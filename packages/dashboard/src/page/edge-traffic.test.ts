import assert from "node:assert/strict";
import { test } from "node:test";
import { EdgeTraffic, edgeOf } from "./edge-traffic.js";

test("messages and ends are over edges, everything else is not", () => {
  const rows = [
    [{ kind: "m.send", from: "router", to: "developer_gpu" }, "router→developer"],
    [{ kind: "m.reply", from: "analyst", to: "planner" }, "analyst→planner"],
    [{ kind: "t.done", from: "end", to: "client", body: { by: "reviewer" } }, "reviewer→client"],
    [{ kind: "s.step", from: "router", to: "1" }, undefined],
    [{ kind: "c.claim", from: "router", to: "1" }, undefined],
    [null, undefined],
  ] as const;
  for (const [record, edge] of rows) assert.equal(edgeOf(record), edge);
});

test("only the last minute counts", () => {
  const traffic = new EdgeTraffic();
  const record = { kind: "m.send", from: "a", to: "b" };
  for (const atMs of [0, 30_000, 61_000]) traffic.add(record, atMs);
  assert.deepEqual([...traffic.counts(61_000)], [["a→b", 2]]);
  assert.deepEqual([...traffic.counts(200_000)], []);
});
