import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBearer } from "./bearer.ts";

test("a part, or a node by its name", () => {
  assert.deepEqual(parseBearer(["gateway"]), { part: "gateway" });
  assert.deepEqual(parseBearer(["node", "web-1"]), { node: "web-1" });
});

test("anything else is refused with what is allowed", () => {
  for (const args of [["node"], ["gateway", "x"], ["sys"], ["host"], []]) {
    assert.throws(() => parseBearer(args), {
      code: "invalid_request",
      message: /supervisor, operator, gateway, client, tools, node NAME/,
    });
  }
  assert.throws(() => parseBearer(["node", "../x"]), { code: "invalid_id" });
});
