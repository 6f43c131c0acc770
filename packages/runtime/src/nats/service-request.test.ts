import assert from "node:assert/strict";
import { test } from "node:test";
import { isAnswerable } from "./service-request.ts";

test("an answer goes to an inbox, to a reply route between accounts, or nowhere", () => {
  for (const reply of [undefined, "", "_INBOX.abc.1", "_INBOX_node-1.x", "_R_.abc.def", "own.prefix.1"])
    assert.equal(isAnswerable(reply, "own.prefix"), true, String(reply));
  const steered = [
    "troupe.log.0.v1.task.hop.planner.m.send.router",
    "$KV.troupe-desired.current",
    "$JS.API.STREAM.DELETE.TROUPE_LOG_0",
    "troupe.supervisor.deploy",
    "troupe.audit.entry.supervisor",
    "_INBOX",
    "_R_",
    "own.prefixed.1",
    "x._INBOX.y",
  ];
  for (const reply of steered) assert.equal(isAnswerable(reply, "own.prefix"), false, reply);
});
