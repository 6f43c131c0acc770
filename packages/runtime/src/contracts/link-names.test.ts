import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeLinkName, parseLinkName, supervisorLinkName } from "./link-names.ts";

test("a node's and a supervisor's own connections are recognised by their names, no other connection is", () => {
  assert.deepEqual(parseLinkName(nodeLinkName("web-1")), { kind: "node", node: "web-1" });
  assert.deepEqual(parseLinkName(supervisorLinkName("s/1")), { kind: "supervisor", id: "s/1" });
  for (const name of ["", "node/", "node/web-1/broker", "node/A b", "web-1/v1/a", "supervisor/s1/observer", "gateway"])
    assert.equal(parseLinkName(name), undefined, name);
});
