import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  isMailboxName,
  isNodeName,
  isRoleName,
  isSystemName,
  RESERVED_ROLES,
  requireNodeName,
  requireRoleName,
  requireSystemName,
  roleOfMailbox,
} from "./names.ts";

/** What somebody sends who wants a subject to mean something else. */
const HOSTILE = [
  "",
  "*",
  ">",
  "a.b",
  "a b",
  "a\r\nb",
  "a\u0000",
  "a".repeat(4_096),
  "роль", // Cyrillic letters that look like Latin ones
  "ｒole",
  "Role",
  "1role",
  "-a",
  "_a",
  "a__b",
  "a_",
  "$SYS",
  "a\n",
];

test("hostile names are no names of anything", () => {
  for (const name of HOSTILE) {
    for (const is of [isSystemName, isRoleName, isMailboxName]) assert.equal(is(name), false, JSON.stringify(name));
  }
  for (const name of ["", "*", ">", "a.b", "a b", "a\n", "A", "-a", "a".repeat(64)])
    assert.equal(isNodeName(name), false);
});

test("ordinary names are accepted", () => {
  for (const name of ["router", "r2-d2", "a".repeat(32)]) assert.ok(isRoleName(name) && isSystemName(name));
  for (const name of ["web-1", "1", "a".repeat(63)]) assert.ok(isNodeName(name));
  for (const name of ["developer", "developer_gpu"]) assert.ok(isMailboxName(name));
});

test("no role and no variant of one bears a reserved word", () => {
  for (const word of RESERVED_ROLES) {
    assert.equal(isRoleName(word), false);
    assert.equal(isMailboxName(word), false);
    assert.equal(isMailboxName(`${word}_gpu`), false);
  }
});

test("a refusal names the thing, the value in quotes and the grammar, and no more than 60 characters of it", () => {
  assert.throws(() => requireRoleName("a b"), {
    code: "invalid_id",
    message: /role name "a b" is not allowed: .*letter/,
  });
  assert.throws(() => requireSystemName("\u0007"), { message: /system name "\\u0007"/ });
  assert.throws(
    () => requireNodeName("x".repeat(4_096)),
    (error: Error) => error.message.length < 300,
  );
  assert.equal(requireRoleName("router"), "router");
});

test("whatever is a mailbox name is one token of a subject, and its role is a role", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z_-]{1,40}$/)), (text) => {
      if (!isMailboxName(text)) return;
      assert.match(text, /^[a-z0-9_-]+$/);
      assert.ok(isRoleName(roleOfMailbox(text)));
    }),
  );
});
