import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "./check.ts";
import { type ModelsHere, modelChecks } from "./model-checks.ts";

const here: ModelsHere = {
  mode: "live",
  endpoint: "http://models.test/v1",
  secret: (name) => (name === "OPENAI_API_KEY" ? "sk-secret-key" : undefined),
  secretFile: (path) => {
    throw new Error(`the key file ${path} cannot be read`);
  },
};
const advice = { why: "", remedy: "" };
const answering =
  (status: number): typeof fetch =>
  async () =>
    new Response("{}", { status });
const checked = (models: Parameters<typeof modelChecks>[0], fetchUrl = answering(200), given = here) =>
  diagnose(modelChecks(models, given, fetchUrl), advice);

test("a live endpoint is judged by its answer, and the key is never shown", async () => {
  const found = (await Promise.all([200, 401, 404].map((status) => checked(undefined, answering(status))))).flat();
  assert.deepEqual(
    found.filter(({ name }) => name === "model").map(({ status }) => status),
    ["ok", "failed", "warning"],
  );
  assert.doesNotMatch(JSON.stringify(found), /sk-secret-key/);
});

test("an endpoint that cannot be reached has failed, with a remedy", async () => {
  const found = await checked(undefined, async () => Promise.reject(new Error("ECONNREFUSED")));
  const model = found.find(({ name }) => name === "model");
  assert.equal(model?.status, "failed");
  assert.match(model?.text ?? "", /ECONNREFUSED/);
});

test("each endpoint of the system is asked once with each of its keys, and says which aliases need it", async () => {
  const asked: string[] = [];
  const found = await checked(
    {
      fast: { model: "a" },
      large: { model: "b" },
      local: { model: "c", endpoint: "http://10.0.0.7:8000/v1", key: { file: "/run/secrets/local" } },
    },
    async (url) => {
      assert.equal(typeof url, "string");
      if (typeof url === "string") asked.push(url);
      return new Response("{}");
    },
  );
  assert.deepEqual(asked, ["http://models.test/v1/models", "http://10.0.0.7:8000/v1/models"]);
  assert.match(found.find(({ name }) => name === "model")?.text ?? "", /fast, large/);
});

test("a secret that a system refers to and that does not resolve is found by name: a variable, a file", async () => {
  const found = await checked({
    fast: { model: "a", key: { env: "LARGE_KEY" } },
    local: { model: "c", key: { file: "/run/secrets/local" } },
  });
  const secrets = found.filter(({ name }) => name === "secret");
  assert.deepEqual(
    secrets.map(({ status, text }) => [status, text]),
    [
      ["warning", "LARGE_KEY is not set on this machine"],
      ["warning", "the key file /run/secrets/local cannot be read"],
    ],
  );
  assert.match(JSON.stringify(secrets), /calls of fast fail with model_refused/);
});

test("the offline model needs neither endpoint nor secret", async () => {
  const found = await checked({ fast: { model: "a", key: { env: "LARGE_KEY" } } }, answering(500), {
    ...here,
    mode: "offline",
  });
  assert.deepEqual(
    found.map(({ status }) => status),
    ["ok"],
  );
});
