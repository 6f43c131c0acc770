import assert from "node:assert/strict";
import { test } from "node:test";
import type { RoleCredentials } from "./ipc.ts";
import { roleLink } from "./role-seat.ts";

const shared = { servers: "nats://x", seed: "SHARED", apiPrefix: "$JS.API", inboxPrefix: "_INBOX_host" };
const tls = { ca: "/ca.pem" };
const configure = { link: { ...shared, tls }, node: "web-1" };

test("a role with a key of its own signs in as itself, with nothing of the shared user but the way there", () => {
  const { credentials, ...rest } = roleLink(configure, () => ({ a: { seed: "OWN" } }), "a");
  assert.deepEqual(rest, { servers: "nats://x", tls, apiPrefix: "JSC.API", inboxPrefix: "_INBOX" });
  assert.deepEqual(credentials?.(), { seed: "OWN" });
});

test("a role whose credentials were issued for this node has inboxes that no other node reads", () => {
  const { inboxPrefix } = roleLink(configure, () => ({ a: { seed: "OWN", jwt: "J" } }), "a");
  assert.equal(inboxPrefix, "_INBOX_web-1");
});

test("the next connect uses the newest credentials, and the last ones when there are none any more", () => {
  let given: RoleCredentials = { a: { seed: "FIRST", jwt: "1" } };
  const { credentials } = roleLink(configure, () => given, "a");
  given = { a: { seed: "SECOND", jwt: "2" } };
  assert.deepEqual(credentials?.(), { seed: "SECOND", jwt: "2" });
  given = {};
  assert.deepEqual(credentials?.(), { seed: "SECOND", jwt: "2" });
});

test("where roles have no keys at all they share one user", () => {
  assert.deepEqual(
    roleLink(configure, () => undefined, "a"),
    { ...shared, tls },
  );
});

test("a role without a key among roles that have one is refused, it does not get the wider rights", () => {
  assert.throws(() => roleLink(configure, () => ({ b: { seed: "OTHER" } }), "a"), { code: "unauthorized" });
});
