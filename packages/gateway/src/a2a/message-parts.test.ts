import assert from "node:assert/strict";
import { test } from "node:test";
import { type Artifact, MessageBody, type Part } from "@troupe/runtime/internal";
import fc from "fast-check";
import { inputOfMessage } from "./message-input.ts";
import { artifactsIn, assembled, messageIn, ownPart, partsOf } from "./message-parts.ts";

const about = { filename: fc.string({ minLength: 1, maxLength: 20 }), mediaType: fc.constantFrom("text/plain", "a/b") };
const withAbout = <T>(content: fc.Arbitrary<T>) =>
  fc.tuple(content, fc.record(about, { requiredKeys: [] })).map(([one, more]) => ({ ...one, ...more }));
const part = fc.oneof(
  withAbout(fc.string().map((text) => ({ text }))),
  withAbout(fc.jsonValue().map((data) => ({ data }))),
  withAbout(
    fc
      .uint8Array({ maxLength: 50 })
      .map((bytes) => Buffer.from(bytes).toString("base64"))
      .map((raw) => ({ raw })),
  ),
  withAbout(fc.webUrl().map((url) => ({ url }))),
);

const usual = (one: Part) => ("text" in one ? "text/plain" : "data" in one ? "application/json" : undefined);
const kinds = (body: unknown) => partsOf(body).map(({ content }) => content?.$case);
const made = (name: string, text: string, change: Partial<Artifact> = {}): Artifact => ({
  name,
  parts: [{ text }],
  ...change,
});

test("parts go out and come in again as they were", () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (drawn) => {
      const body = MessageBody.parse({ $message: { parts: structuredClone(drawn) } });
      const expected = body.$message.parts.map((one) => {
        const mediaType = one.mediaType ?? usual(one);
        return { ...one, ...(mediaType === undefined ? {} : { mediaType }) };
      });
      assert.deepEqual(partsOf(body).map(ownPart), expected);
    }),
  );
});

test("text is a part of text, and what is no message a part of data", () => {
  assert.deepEqual(kinds("hi"), ["text"]);
  for (const body of [{ n: 1 }, null, { $message: { parts: [] } }, { $message: { parts: [{ raw: "no base64!" }] } }]) {
    assert.deepEqual(kinds(body), ["data"]);
    assert.equal(messageIn(body), undefined);
  }
  assert.deepEqual(artifactsIn({ $artifacts: [{ name: "a", parts: [{ text: "x", url: "both" }] }] }), []);
});

test("of artifacts of one name the later takes the place of the earlier, or is appended", () => {
  const rows: readonly [readonly Artifact[], readonly (readonly [string, string])[]][] = [
    [[], []],
    [[made("a", "1"), made("b", "2")], [["a", "1"], ["b", "2"]]], // biome-ignore format: one row a line
    [[made("a", "1"), made("a", "2", { append: true })], [["a", "12"]]],
    [[made("a", "1"), made("b", "x"), made("a", "2")], [["a", "2"], ["b", "x"]]], // biome-ignore format: one row a line
    [[made("a", "2", { append: true })], [["a", "2"]]],
  ];
  for (const [all, expected] of rows) {
    const found = assembled(all).map(({ name, parts }) => [
      name,
      parts.map((one) => ("text" in one ? one.text : "")).join(""),
    ]);
    assert.deepEqual(found, expected);
  }
});

test("a message for a role that takes files keeps its id; what says nothing, or too much, is refused with path and reason", () => {
  const text = { content: { $case: "text" as const, value: "x" }, metadata: undefined, filename: "", mediaType: "" };
  assert.deepEqual(inputOfMessage({ messageId: "m", parts: [text] }, true), {
    $message: { id: "m", parts: [{ text: "x" }] },
  });
  assert.equal(inputOfMessage({ messageId: "m", parts: [text] }, false), "x");
  const long = { ...text, filename: "f".repeat(300) };
  for (const parts of [[], [{ ...text, content: undefined }], [long]]) {
    assert.throws(() => inputOfMessage({ messageId: "m", parts }, true), /\$message\.parts/);
  }
});
