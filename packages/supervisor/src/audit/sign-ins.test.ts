import assert from "node:assert/strict";
import { test } from "node:test";
import { AuditEvent } from "@troupe/runtime/internal";
import { readSignIn } from "./sign-ins.ts";

const told = (client: object, more: object = {}) => ({
  type: "io.nats.server.advisory.v1.client_connect",
  id: "UZF7",
  timestamp: "2026-11-21T13:24:51.161861096Z",
  server: { id: "NCRP", name: "probe" },
  client: { id: 12, kind: "Client", ...client },
  ...more,
});

test("a sign-in says the account, the key, the name that was given, and the role that an account belongs to", () => {
  const body = told({ acc: "R_v7_planner", user: "UD2X", name: "host/n1", host: "10.0.0.7" });
  const { event, id, atMs } = readSignIn(body, false);
  assert.deepEqual(event, {
    event: "login",
    who: {
      account: "R_v7_planner",
      user: "UD2X",
      claimed: "host/n1",
      host: "10.0.0.7",
      version: "v7",
      role: "planner",
    },
  });
  assert.equal(atMs, Date.parse("2026-11-21T13:24:51.161Z"));
  assert.equal(readSignIn(body, false).id, id, "whoever hears of it gives it the same id");
  assert.notEqual(readSignIn({ ...body, server: { id: "OTHER" } }, false).id, id);
});

test("a failed one is told as that, with the server's reason", () => {
  const { event } = readSignIn(told({ acc: "$G", user: "UALQ" }, { reason: "Authentication Failure" }), true);
  assert.equal(event.event, "login_failed");
  assert.equal(event.event === "login_failed" && event.reason, "Authentication Failure");
});

test("however long a name is, the entry is one, and what is no event throws", () => {
  const { event } = readSignIn(told({ acc: `R_v1_${"x".repeat(3_000)}`, name: "n".repeat(4_000) }), false);
  assert.equal(AuditEvent.safeParse(event).success, true);
  for (const body of [undefined, 1, {}, { id: "", server: {}, client: {} }, told({ name: 7 })])
    assert.throws(() => readSignIn(body, false));
});
