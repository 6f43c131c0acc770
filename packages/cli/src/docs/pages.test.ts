import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { ERRORS } from "@troupe/runtime";
import { generatedPages } from "./pages.ts";

const pages = await generatedPages();

for (const [path, text] of pages) {
  test(`${path} is what the code says`, async () => {
    const stored = await readFile(new URL(`../../../../${path}`, import.meta.url), "utf8");
    assert.equal(stored, text, `${path} is out of date: npm run docs`);
  });
}

test("every error code has a section with its remedy", () => {
  const page = pages.get("docs/errors.md") ?? "";
  for (const [code, { remedy }] of Object.entries(ERRORS)) {
    assert.ok(page.includes(`### ${code}\n`), code);
    assert.ok(page.includes(remedy), `${code}: ${remedy}`);
  }
});

test("no sample token is left in the table of subjects", () => {
  const page = pages.get("docs/subjects.md") ?? "";
  assert.doesNotMatch(page, /role-r|role-t|node-n|system-placeholder|0{26}|1{26}/);
});
