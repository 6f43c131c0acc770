import assert from "node:assert/strict";
import { test } from "node:test";
import { Subjects } from "../contracts/subjects.ts";
import { systemAccounts } from "../nats/accounts.ts";
import { nodePermissions } from "../nats/node-permissions.ts";
import { accountClaims, NODE_TAG, nodeTag, userClaims } from "./claims.ts";

const subjects = new Subjects("demo");
const accounts = systemAccounts(subjects, 2);
const keyOf = (name: string): string => `A_${name}`;

test("every line of every account is in its claims, with the account that it comes from, and nothing else is", () => {
  for (const account of accounts) {
    const { imports = [], exports = [], limits } = accountClaims(account, keyOf);
    assert.deepEqual(
      imports.map(({ type, subject, account: from, local_subject: to }) => ({ type, subject, from, to })),
      account.imports.map(({ kind, subject, from, to }) => ({ type: kind, subject, from: keyOf(from), to })),
    );
    assert.deepEqual(
      exports.map(({ type, subject }) => [type, subject]),
      account.exports.map(({ kind, subject }) => [kind, subject]),
    );
    assert.equal(limits?.disk_storage === -1, account.hasJetStream, account.name);
    assert.equal(limits?.leaf, 0);
    assert.equal(limits?.disallow_bearer, true);
  }
});

test("a service that answers late is remembered as long as its definition says", () => {
  const claims = accounts.flatMap((account) => accountClaims(account, keyOf).exports ?? []);
  for (const account of accounts) {
    for (const { subject, response } of account.exports) {
      const claim = claims.find((one) => one.subject === subject && (one.response_type !== undefined) === !!response);
      assert.ok(claim, subject);
      if (response) assert.equal(claim.response_threshold, response.threshold === "1h" ? 3_600e9 : 60e9, subject);
    }
  }
  const odd = { name: "CORE" as const, hasJetStream: false, users: [], imports: [] };
  const bad = { kind: "service" as const, subject: "x", response: { threshold: "soon" } };
  assert.throws(() => accountClaims({ ...odd, exports: [bad] }, keyOf), { code: "invariant_violated" });
});

test("keys that are void stand in the account's claims", () => {
  const [core] = accounts;
  assert.ok(core);
  assert.deepEqual(accountClaims(core, keyOf, { revocations: { UX: 5 } }).revocations, { UX: 5 });
  assert.equal(accountClaims(core, keyOf).revocations, undefined);
});

test("a node has what its account has, under its own name only, and so has the template that the server fills in", () => {
  const node = accounts.find(({ name }) => name === "NODE");
  assert.ok(node);
  const { publish, subscribe } = nodePermissions(subjects, node, "web-1");
  const imported = node.imports.filter(({ kind }) => kind === "service").map(({ subject, to }) => to ?? subject);
  const narrowed = new Set(["demo.heartbeat.*", "demo.credentials.*"]);
  assert.deepEqual(
    publish.toSorted(),
    [
      ...imported.filter((subject) => !narrowed.has(subject)),
      "demo.control.ended",
      "demo.credentials.web-1",
      "demo.heartbeat.web-1",
    ].toSorted(),
  );
  assert.ok(subscribe.includes("demo.node.web-1.*") && subscribe.includes("_INBOX_web-1.>"));
  assert.ok(!subscribe.some((subject) => ["_INBOX.>", "demo.node.*.*", ">"].includes(subject)));
  const template = nodePermissions(subjects, node, NODE_TAG);
  assert.deepEqual(JSON.parse(JSON.stringify(template).replaceAll(NODE_TAG, "web-1")), {
    publish,
    subscribe,
    responses: template.responses,
  });
  assert.equal(nodeTag("web-1"), "node:web-1");
});

test("a user's claims are its allow lists, and how often it may answer", () => {
  assert.deepEqual(userClaims(undefined), {});
  const permissions = { publish: ["a"], subscribe: ["b"], responses: { count: 2, withinMs: 3 } };
  assert.deepEqual(userClaims(permissions), {
    pub: { allow: ["a"] },
    sub: { allow: ["b"] },
    resp: { max: 2, ttl: 3_000_000 },
  });
});
