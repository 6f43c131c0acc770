import assert from "node:assert/strict";
import { test } from "node:test";
import { openApiDocument } from "./openapi.ts";
import { OPERATIONS } from "./operations.ts";

interface Post {
  readonly requestBody: { readonly content: Record<string, { readonly schema: { readonly required: string[] } }> };
  readonly responses: Record<string, unknown>;
}
const document = openApiDocument("demo", "1.2.3");

test("the document is plain JSON with every operation once", () => {
  assert.deepEqual(JSON.parse(JSON.stringify(document)), document);
  const ids = OPERATIONS.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const text = JSON.stringify(document);
  for (const id of ids) assert.ok(text.includes(`"operationId":"${id}"`), id);
});

test("references point into the document", () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"(#[^"]*)"/g)].map((match) => match[1] ?? "");
  assert.ok(references.length > 0);
  for (const reference of references) {
    let value: unknown = document;
    for (const key of reference.slice(2).split("/")) {
      assert.ok(typeof value === "object" && value !== null && key in value, reference);
      value = Reflect.get(value, key);
    }
  }
});

test("a submission names what is required and every error that it may get", () => {
  const { paths } = JSON.parse(JSON.stringify(document)) as { paths: Record<string, { post: Post }> };
  const post = paths["/api/v1/tasks"]?.post;
  assert.ok(post);
  assert.deepEqual(post.requestBody.content["application/json"]?.schema.required.toSorted(), ["input", "role"]);
  for (const status of ["202", "400", "404", "409", "413", "415", "429", "500", "503", "507"]) {
    assert.ok(post.responses[status], status);
  }
});

test("an answer without content has none in the document either", () => {
  const { paths } = JSON.parse(JSON.stringify(document)) as { paths: Record<string, { delete?: Post }> };
  const { "204": removed } = paths["/a2a/{role}/tasks/{id}/pushNotificationConfigs/{config}"]?.delete?.responses ?? {};
  assert.deepEqual(removed, { description: "Removed, or not there." });
});

test("where callers have to sign in, every operation but the public ones says how", () => {
  const open = JSON.stringify(document);
  assert.ok(!open.includes("securitySchemes") && !open.includes('"security"'));
  const closed = openApiDocument("demo", "1.2.3", true);
  type Paths = Record<string, Record<string, { security: object[]; "x-permission": string }>>;
  const { paths, components, ...rest } = JSON.parse(JSON.stringify(closed)) as {
    paths: Paths;
    "x-endless-streams": Paths;
    components: { securitySchemes: Record<string, unknown> };
  };
  assert.deepEqual(Object.keys(components.securitySchemes), ["bearer", "apiKey"]);
  for (const { path, method, permission } of OPERATIONS) {
    const operation = { ...paths, ...rest["x-endless-streams"] }[path]?.[method.toLowerCase()];
    assert.deepEqual(operation?.security, permission === "public" ? [] : [{ bearer: [] }, { apiKey: [] }], path);
    assert.equal(operation?.["x-permission"], permission);
  }
});
