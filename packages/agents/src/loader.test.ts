import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { loadYamlSystem, readYamlSystem } from "./loader.ts";
import { systemFileSchema } from "./system-file.ts";

const GOOD = `name: desk
graph:
  client: [clerk]
  clerk: [judge, client]
  judge: [client]
models:
  fast:
    endpoint: http://127.0.0.1:1/v1
    model: tiny
    key: { env: DESK_KEY }
roles:
  clerk:
    model: fast
    instructions: You are the clerk.
    route: [judge, client]
    replicas: 2
  judge:
    model: advanced
    instructions: You are the judge.
    to: client
    output:
      type: object
      properties: { verdict: { type: string } }
      required: [verdict]
      additionalProperties: false
`;

const problemsIn = (text: string) => {
  const loaded = readYamlSystem(text);
  return loaded.ok ? [] : loaded.problems.map(({ line, path, reason }) => ({ line, path, reason }));
};

test("a system file becomes the same definition that TypeScript makes", async () => {
  const { manifest, roles } = await loadYamlSystem(GOOD);
  assert.deepEqual(Object.keys(roles), ["clerk", "judge"]);
  assert.equal(manifest.roles["clerk"]?.replicas, 2);
  assert.equal(manifest.roles["clerk"]?.kind, "agent");
  assert.equal(manifest.models?.["fast"]?.model, "tiny");
  assert.deepEqual(manifest.roles["judge"]?.about["to"], "client");
  assert.ok(roles["judge"]?.create());
});

test("supervision of roles and of groups, as the file says; a role that is not there is told with its line", async () => {
  const supervision = `supervision:
  intensity: 5
  groups:
    bench:
      roles: [clerk, judge]
      strategy: rest-for-one
      backoff: { baseMs: 10 }
`;
  const { manifest } = await loadYamlSystem(GOOD + supervision);
  assert.deepEqual(manifest.supervision, {
    intensity: 5,
    groups: { bench: { roles: ["clerk", "judge"], strategy: "rest-for-one", backoff: { baseMs: 10 } } },
  });
  assert.deepEqual(
    problemsIn(GOOD + supervision.replace("judge]", "ghost]")).map(({ path, line }) => [path, line]),
    [["supervision.groups.bench.roles[1]", 30]],
  );
});

test("every error of a file is told at once, each with its line", async () => {
  const bad = GOOD.replace("replicas: 2", "replicas: two")
    .replace("judge: [client]", "judge: [client, ghost]")
    .replace("model: advanced", "model: advanced\n    colour: red")
    .replace("model: tiny", "model: ''");
  assert.deepEqual(
    new Set(problemsIn(bad).map(({ line, path }) => `${line} ${path}`)),
    new Set(["16 roles.clerk.replicas", "19 roles.judge.colour", "9 models.fast.model", "5 graph.judge[1]"]),
  );
  await assert.rejects(
    loadYamlSystem(bad),
    (error) => TroupeError.is(error, "invalid_config") && /4 errors/.test(error.message),
  );
});

const cases: readonly [string, string, number, string, RegExp][] = [
  [
    "an edge that a role names and the graph lacks",
    GOOD.replace("to: client", "to: clerk"),
    20,
    "roles.judge.to",
    /no such edge/,
  ],
  [
    "an alias that no model has",
    GOOD.replace("model: advanced", "model: giant"),
    18,
    "roles.judge.model",
    /known are fast/,
  ],
  [
    "an output that is no JSON Schema",
    GOOD.replace("type: object", "type: thing"),
    21,
    "roles.judge.output",
    /no JSON Schema/,
  ],
  [
    "a key instead of its name",
    GOOD.replace("{ env: DESK_KEY }", "{ env: 'sk-1 2' }"),
    10,
    "models.fast.key.env",
    /environment variable/,
  ],
  ["a key that is there twice", `${GOOD}name: again\n`, 26, "", /unique/],
  ["YAML that is none", "name: [desk\n", 2, "", /./],
  ["a tag that would run code", "name: !!js/function 'x'\n", 1, "", /tag/i],
];
for (const [name, text, line, path, reason] of cases) {
  test(`refused: ${name}`, () => {
    const [found, ...more] = problemsIn(text);
    assert.equal(found?.line, line);
    assert.equal(found?.path, path);
    assert.match(found?.reason ?? "", reason);
    assert.ok(more.length < 2);
  });
}

test("an alias bomb is refused, and so is what is no mapping", () => {
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 9; i++) {
    const [name, before] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
    bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(", ")}]`);
  }
  assert.match(problemsIn(bomb.join("\n"))[0]?.reason ?? "", /alias/i);
  for (const text of ["", "7", "- a\n- b", "just text"]) assert.equal(problemsIn(text).length, 1);
});

test("the published JSON Schema is the one that the loader checks with", async () => {
  const published: unknown = JSON.parse(
    await readFile(new URL("../schema/troupe.schema.json", import.meta.url), "utf8"),
  );
  assert.deepEqual(
    published,
    JSON.parse(JSON.stringify(systemFileSchema())),
    "run node scripts/generate-system-schema.ts",
  );
});
