import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Scene } from "../detector.ts";
import { hasLongNumber } from "./number-context.ts";
import { paymentCard } from "./payment-card.ts";
import { phoneNumber } from "./phone-number.ts";
import { socialSecurityNumber } from "./social-security-number.ts";

const NUMBERS = [
  "078-05-1120",
  "4111 1111 1111 1111",
  "+44 20 7946 0958",
  "(0)30 / 1234567",
  "(212) 555-0123",
  "00 49 (0) 30-12 34 56",
];
const SCENE: Scene = { hosts: [], maxLength: 10_000, hidden: { find: () => [] } };

/** Has a long number, and nothing that belongs to what stands before it. */
const OTHER = "\n\n; 1234567";

test("what is found in a text without a long number is what is found in it before one: nothing is passed over", () => {
  const parts = fc.constantFrom(
    ...NUMBERS,
    "tel. ",
    "ssn: ",
    "call (12345) 1",
    ".................",
    "2",
    "(",
    ") ",
    "/ ",
    "- ",
    "7",
    "00",
    "x",
  );
  fc.assert(
    fc.property(fc.array(parts, { minLength: 1, maxLength: 8 }), (texts) => {
      const text = texts.join("");
      for (const detector of [paymentCard, phoneNumber, socialSecurityNumber]) {
        const before = detector.find(text + OTHER, SCENE).filter(({ end }) => end <= text.length);
        assert.deepEqual(detector.find(text, SCENE), before, text);
      }
    }),
  );
});

test("what people write in between hides no long number, and short ones are none", () => {
  for (const number of NUMBERS) assert.ok(hasLongNumber(number), number);
  for (const text of ["in 2026", "3 of 12, 4 of 15", "12:30 to 18:45", "1,000,000"])
    assert.ok(!hasLongNumber(text), text);
});
