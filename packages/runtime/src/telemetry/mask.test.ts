import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createLogger } from "./logger.ts";
import { maskSecrets, maskValue } from "./mask.ts";

const SECRETS: readonly (readonly [string, string])[] = [
  ["api_key=abc123456", "api_key=[REDACTED]"],
  ["?API-KEY=abc123456&x=1", "?API-KEY=[REDACTED]&x=1"],
  ['{"password": "hunter22", "user": "ann"}', '{"password": "[REDACTED]", "user": "ann"}'],
  ["token=eyabc123; path=/", "token=[REDACTED]; path=/"],
  ["Authorization: Bearer abc.def-123456", "Authorization: [REDACTED]"],
  ["sent with Bearer abcdefgh12345", "sent with Bearer [REDACTED]"],
  ["Incorrect API key provided: sk-proj-abcdefghijklmnop1234.", "Incorrect API key provided: [REDACTED]."],
  [`seed SUA${"B".repeat(55)} lies about`, "seed [REDACTED] lies about"],
  [`ghp_${"a".repeat(36)}`, "[REDACTED]"],
  [`github_pat_${"a".repeat(22)}`, "[REDACTED]"],
  [`glpat-${"a".repeat(20)}`, "[REDACTED]"],
  [`xoxb-${"1".repeat(12)}`, "[REDACTED]"],
  [`AKIA${"A".repeat(16)}`, "[REDACTED]"],
  [`ASIA${"A".repeat(16)}`, "[REDACTED]"],
  [`AIza${"a".repeat(35)}`, "[REDACTED]"],
  [`hf_${"a".repeat(34)}`, "[REDACTED]"],
  [`eyJ${"a".repeat(20)}.${"b".repeat(20)}.${"c".repeat(20)}`, "[REDACTED]"],
  ["token=abc", "token=[REDACTED]"],
  ["passwd: abcdef", "passwd: [REDACTED]"],
  ["access_key=abcdef", "access_key=[REDACTED]"],
  ["-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "[REDACTED]"],
  [`troupe_abcdefghijkl_${"x".repeat(32)}`, "[REDACTED]"],
];
for (const [text, masked] of SECRETS) {
  test(`masked: ${text.slice(0, 40)}`, () => assert.equal(maskSecrets(text), masked));
}

const PLAIN = [
  "the model used 512 tokens: 400 in, 112 out",
  "password reset was asked for",
  "task-sk-1 of the desk",
  "the bearer of this letter",
  "no seed is set",
  "token: 3",
  '{"max_token":4096,"token":null,"secret":["a","b"]}',
];
for (const text of PLAIN) test(`left alone: ${text}`, () => assert.equal(maskSecrets(text), text));

test("masking twice is masking once, and no text makes it slow", () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => maskSecrets(maskSecrets(text)) === maskSecrets(text)));
  for (const part of ["api_key=", "bearer ", "eyJ", "-----BEGIN PRIVATE KEY-----", "token= "]) {
    const beganMs = performance.now();
    maskSecrets(part.repeat(20_000));
    assert.ok(performance.now() - beganMs < 5_000, part);
  }
});

test("a log line shows no secret, whether in its text, in a field, or deep in one", () => {
  const lines: string[] = [];
  const logger = createLogger({ name: "t", level: "info", destination: { write: (line) => void lines.push(line) } });
  logger.info(
    { reason: "api_key=abc123456", deep: { list: ["Bearer abcdefgh12345"] }, apiKey: "x" },
    "token=abc123456",
  );
  logger.child({ url: "http://h/?password=hunter22" }).warn("as %s", "secret=abcdef");
  logger.error(new Error("Incorrect API key provided: sk-proj-abcdefghijklmnop1234"));
  const text = lines.join("");
  assert.doesNotMatch(text, /abc123456|abcdefgh12345|hunter22|abcdef"|sk-proj/);
  assert.equal(text.match(/\[REDACTED\]/g)?.length, 9);
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line));
});

test("a masked line of JSON is JSON", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom("token", "password", "text", "api_key=x"), fc.jsonValue()), (fields) => {
      const lines: string[] = [];
      const logger = createLogger({
        name: "t",
        level: "info",
        destination: { write: (line) => void lines.push(line) },
      });
      logger.info({ fields, text: 'password="a\\b' }, 'token="x\\');
      for (const line of lines) JSON.parse(line);
    }),
  );
});

test("values keep their form, and what is too deep is left out", () => {
  assert.deepEqual(maskValue({ a: [1, null, "token=abcdef"], b: true }), { a: [1, null, "token=[REDACTED]"], b: true });
  let deep: unknown = "password=abcdef";
  for (let i = 0; i < 20; i++) deep = { deep };
  assert.doesNotMatch(JSON.stringify(maskValue(deep)), /abcdef/);
});
