import assert from "node:assert/strict";
import { test } from "node:test";
import { docsPage } from "./docs-page.ts";
import { openApiDocument } from "./openapi.ts";
import { OPERATIONS } from "./operations.ts";

test("the page shows every operation, and asks for nothing from elsewhere", () => {
  const page = docsPage(openApiDocument("demo", "1.2.3"));
  for (const { id, method, path } of OPERATIONS) {
    assert.ok(page.includes(`<article id="${id}">`), id);
    assert.ok(page.includes(`<h2>${method} ${path}</h2>`), path);
  }
  assert.doesNotMatch(page, /<script|<style|style=|<[^>]*https?:\/\//);
  assert.doesNotMatch(page, /undefined/);
});

test("whatever the document says is text", () => {
  const hostile = `</pre><script>alert("1")</script>&'`;
  const page = docsPage({
    info: { title: hostile, version: hostile, description: hostile },
    paths: {
      [hostile]: {
        get: {
          operationId: hostile,
          summary: hostile,
          parameters: [{ name: hostile, in: "query", schema: { description: hostile } }],
          requestBody: { content: { [hostile]: { schema: { description: hostile }, example: hostile } } },
          responses: { [hostile]: { description: hostile, content: { [hostile]: { schema: hostile } } } },
        },
      },
    },
  });
  assert.doesNotMatch(page, /<script/);
  assert.ok(page.includes("&lt;script&gt;"));
});
