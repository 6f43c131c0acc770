import assert from "node:assert/strict";
import { test } from "node:test";
import {
  EMPTY_LEDGER,
  holders,
  type Issued,
  Ledger,
  revocationsOf,
  withIssued,
  withoutAccounts,
  withVoided,
} from "./ledger.ts";

const key = (letter: string): string => `U${letter.repeat(55)}`;
const issued = (node: string, account: string, letter: string, expiresAtS = 100): Issued => ({
  node,
  account,
  publicKey: key(letter),
  expiresAtS,
});

test("what was issued is held until it expires", () => {
  const first = withIssued(EMPTY_LEDGER, [issued("a", "R_v1_x", "A", 10), issued("b", "R_v1_x", "B")], 0);
  assert.deepEqual(holders(first), ["a", "b"]);
  assert.deepEqual(holders(withIssued(first, [issued("b", "R_v1_y", "C")], 10)), ["b"]);
});

test("what was made void is refused in its account until it would have expired anyway, and is held no more", () => {
  const ledger = withIssued(EMPTY_LEDGER, [issued("a", "R_v1_x", "A", 50), issued("b", "R_v1_x", "B")], 0);
  const gone = withVoided(ledger, [issued("a", "R_v1_x", "A", 50)], 7);
  assert.deepEqual(holders(gone), ["b"]);
  assert.deepEqual(revocationsOf(gone, "R_v1_x"), { [key("A")]: 7 });
  assert.deepEqual(revocationsOf(gone, "R_v1_y"), {});
  assert.doesNotThrow(() => Ledger.parse(gone));
  assert.deepEqual(revocationsOf(withIssued(gone, [], 50), "R_v1_x"), {});
});

test("making void again moves the time, and keeps one entry", () => {
  const user = issued("a", "NODE", "A");
  const twice = withVoided(withVoided(EMPTY_LEDGER, [user], 1), [user], 2);
  assert.equal(twice.voided.length, 1);
  assert.deepEqual(revocationsOf(twice, "NODE"), { [key("A")]: 2 });
});

test("accounts that are gone take their entries with them", () => {
  const ledger = withIssued(EMPTY_LEDGER, [issued("a", "R_v1_x", "A"), issued("a", "R_v2_x", "B")], 0);
  const voided = withVoided(ledger, [issued("c", "R_v1_x", "C")], 1);
  const left = withoutAccounts(voided, new Set(["R_v1_x"]));
  assert.deepEqual([left.issued.length, left.voided.length], [1, 0]);
});
