import assert from "node:assert/strict";
import { test } from "node:test";
import { Guard } from "./guard.ts";
import { screenJson } from "./screen-json.ts";

const screen = new Guard({
  role: "a",
  targets: new Set(["client"]),
  system: { input: { length: "redact" }, maxLength: 100 },
}).input("client");

/** Which of the texts did not stay as they were. */
const cut = (texts: readonly string[]): readonly boolean[] =>
  screenJson(texts, screen).value.map((text, index) => text !== texts[index]);

test("a text that comes again counts towards the length of the whole as one that is new does", () => {
  const same = Array.from({ length: 14 }, () => "ten letter");
  const others = Array.from({ length: 14 }, (_, index) => `ten lette${index % 10}`);
  assert.deepEqual(cut(same), cut(others));
  assert.deepEqual(cut(same).lastIndexOf(false), 9);
});

test("a text that is harmless under one name is looked at again under another", () => {
  const { value } = screenJson([{ note: "hunter22" }, { note: "hunter22" }, { password: "hunter22" }], screen);
  assert.deepEqual(value, [{ note: "hunter22" }, { note: "hunter22" }, { password: "[REDACTED_SECRET]" }]);
});
