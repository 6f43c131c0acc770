import assert from "node:assert/strict";
import { test } from "node:test";
import { roleLink } from "./role-seat.ts";

const shared = { servers: "nats://x", seed: "SHARED", apiPrefix: "$JS.API", inboxPrefix: "_INBOX_host" };

test("a role with a key of its own signs in as itself, with nothing of the shared user", () => {
  assert.deepEqual(roleLink(shared, { a: "OWN" }, "a"), {
    servers: "nats://x",
    seed: "OWN",
    apiPrefix: "JSC.API",
    inboxPrefix: "_INBOX",
  });
});

test("where roles have no keys at all they share one user", () => {
  assert.equal(roleLink(shared, undefined, "a"), shared);
});

test("a role without a key among roles that have one is refused, it does not get the wider rights", () => {
  assert.throws(() => roleLink(shared, { b: "OTHER" }, "a"), { code: "unauthorized" });
});
