import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../random.ts";
import { drawLookAlikes, drawPersonalData } from "../../testing/drawn-rows.ts";
import { Guard } from "../guard.ts";
import { screenText } from "../screen-text.ts";

const screen = new Guard({ role: "r", targets: new Set(["client"]), system: { input: { pii: "redact" } } }).input(
  "client",
);
const shown = (text: string): string => screenText(text, screen).value;

test("of made-up personal data of every kind, wherever it stands, 99 in 100 and more is taken out as a whole", () => {
  const rows = drawPersonalData(seededRandom(1), 1_200);
  const left = rows.filter(({ text, value, expect }) => {
    const rest = shown(text);
    return rest.includes(value) || (expect.includes("pii.email") ? /@/ : /\d{4}/).test(rest.replace("8443", ""));
  });
  assert.ok(left.length / rows.length <= 0.01, left.map(({ text }) => text).join("\n"));
});

test("of numbers of things that look like those of people, 1 in 100 at most is changed", () => {
  const rows = drawLookAlikes(seededRandom(1), 800);
  const changed = rows.filter(({ text }) => shown(text) !== text);
  assert.ok(changed.length / rows.length <= 0.01, changed.map(({ text }) => text).join("\n"));
});

test("a value is taken out at its borders, whatever stands around it", () => {
  for (const [text, expected] of [
    ["请发邮件到jo@example.com谢谢", "请发邮件到[REDACTED_EMAIL]谢谢"],
    ['write to "jane doe"@example.com or jo@[203.0.113.7].', "write to [REDACTED_EMAIL] or [REDACTED_EMAIL]."],
    ["from 2001:db8::7: denied", "from [REDACTED_IP]: denied"],
    ["ip:2001:db8::7 and IP：fe80::12ab", "ip:[REDACTED_IP] and IP：[REDACTED_IP]"],
    ["allow 203.0.113.5-203.0.113.9;", "allow [REDACTED_IP]-[REDACTED_IP];"],
    ["node 203.0.113.7 is down", "node [REDACTED_IP] is down"],
    ['{"social_security_number": "078051120"}', '{"social_security_number": "[REDACTED_SSN]"}'],
    ["phoneNumber=5125550123&x=1", "phoneNumber=[REDACTED_PHONE]&x=1"],
    ["Tel 330 676-6115, poste 814", "Tel [REDACTED_PHONE]"],
    ["tel:02/212 336 88", "tel:[REDACTED_PHONE]"],
    ["01.23.45.67.89 or 202-555-0123x45", "[REDACTED_PHONE] or [REDACTED_PHONE]"],
    ["هاتف: ٠٥٠ ١٢٣ ٤٥٦٧", "هاتف: [REDACTED_PHONE]"],
    ["card_4111111111111111_x", "card_[REDACTED_CARD]_x"],
  ] as const) {
    assert.equal(shown(text), expected);
  }
});

test("degrees, dates, versions and numbers of orders are nobody's", () => {
  for (const text of [
    "+48.208217",
    "on 12 10 2026 at 10",
    "Chrome 120.0.6099.71",
    "version 10.4.0.2",
    "P/N 05155-71835",
    "Rechnung 0878-872675",
    "std::dec::face",
  ]) {
    assert.equal(shown(text), text);
  }
});
