import assert from "node:assert/strict";
import { test } from "node:test";
import { CLAIM_NAMES, principalOfClaims } from "./jwt-claims.ts";
import { ACCESS_ROLE_NAMES, ACCESS_ROLES, PERMISSION_NAMES, PERMISSIONS, permissionsOf } from "./permission.ts";

const permissionsIn = (claims: Record<string, unknown>): readonly string[] | string => {
  const read = principalOfClaims({ sub: "ann", exp: 1, tenant: "acme", ...claims }, CLAIM_NAMES);
  return read.ok ? [...read.principal.permissions].toSorted() : read.reason;
};

test("roles and scopes add up, in either of their forms", () => {
  assert.deepEqual(permissionsIn({ roles: ["viewer"], scope: "deploy" }), ["deploy", "metrics:read", "task:read"]);
  assert.deepEqual(permissionsIn({ roles: "viewer user" }), ["agent:chat", "metrics:read", "task:read", "task:submit"]);
  assert.deepEqual(permissionsIn({ scope: ["task:read", "openid"] }), ["task:read"]);
  assert.deepEqual(permissionsIn({}), []);
});

test("names that an object has by itself are no roles, scopes or tenants", () => {
  assert.deepEqual(permissionsIn({ roles: ["__proto__", "constructor", "hasOwnProperty"] }), []);
  assert.match(String(permissionsIn({ tenant: undefined })), /tenant/);
  const inherited: Record<string, unknown> = { sub: "ann", exp: 1 };
  Object.setPrototypeOf(inherited, { tenant: "acme" });
  assert.equal(principalOfClaims(inherited, CLAIM_NAMES).ok, false);
});

test("claims under other names are read where the issuer writes them", () => {
  const read = principalOfClaims(
    { sub: "a", exp: 1, org: "acme", groups: ["admin"] },
    { tenant: "org", roles: "groups" },
  );
  assert.ok(read.ok && read.principal.tenant === "acme" && read.principal.permissions.has("deploy"));
});

const having = (permission: string): readonly string[] =>
  ACCESS_ROLE_NAMES.filter((role) => ACCESS_ROLES[role].some((one) => one === permission));

test("the matrix: only administrators deploy, and each role has what the one before it has of tasks", () => {
  assert.deepEqual(PERMISSION_NAMES.toSorted(), Object.keys(PERMISSIONS).toSorted());
  assert.deepEqual(ACCESS_ROLE_NAMES.toSorted(), Object.keys(ACCESS_ROLES).toSorted());
  assert.deepEqual(having("deploy"), ["admin"]);
  assert.deepEqual(having("admin"), ["admin"]);
  assert.deepEqual(having("operate"), ["operator", "admin"]);
  assert.deepEqual(having("task:submit"), ["user", "operator", "admin"]);
  assert.deepEqual(having("task:read"), ["viewer", "user", "approver", "operator", "admin"]);
  assert.deepEqual(having("approval:decide"), ["approver", "operator", "admin"]);
  assert.equal(permissionsOf(["root", ""]).size, 0);
});
