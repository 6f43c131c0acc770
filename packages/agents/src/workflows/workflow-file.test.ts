import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { readYamlSystem } from "../loader.ts";
import { scripted } from "../testing/test-models.ts";

const { open } = scripted({ content: "x" });

const FILE = `name: works
graph:
  client: [lead, desk]
  lead: [triage, plan, execute, review, deploy, human, client]
  desk: [writer, painter, client]
workflows:
  page:
    - { name: brief, role: writer, prompt: Say what it is about. }
    - parallel:
        - { name: text, role: writer, prompt: Write it., timeoutMs: 1000 }
        - { name: picture, role: painter, prompt: Paint it., retries: 0 }
roles:
  lead: { pattern: workflow, template: delivery, approve: [deploy], to: client }
  desk: { pattern: workflow, template: page, eachStage: { retries: 1 }, to: client, replicas: 2 }
  triage: &worker { model: fast, instructions: x }
  plan: *worker
  execute: *worker
  review: *worker
  deploy: *worker
  writer: *worker
  painter: *worker
`;

test("a workflow by the built-in template and one by a template of the file can be written in YAML", () => {
  const loaded = readYamlSystem(FILE, open);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { lead, desk } = loaded.definition.manifest.roles;
  assert.deepEqual(lead?.calls, ["triage", "plan", "execute", "review", "deploy"]);
  assert.deepEqual(desk?.calls, ["writer", "painter"]);
  assert.equal(desk?.replicas, 2);
  assert.deepEqual(
    z
      .array(z.array(z.looseObject({ approval: z.unknown().optional() })))
      .parse(lead?.about["stages"])
      .map(([stage]) => stage?.approval),
    [undefined, undefined, undefined, undefined, {}],
  );
  assert.deepEqual(desk?.about["stages"], [
    [{ name: "brief", role: "writer", prompt: "Say what it is about.", timeoutMs: 300_000, retries: 1 }],
    [
      { name: "text", role: "writer", prompt: "Write it.", timeoutMs: 1_000, retries: 1 },
      { name: "picture", role: "painter", prompt: "Paint it.", timeoutMs: 300_000, retries: 0 },
    ],
  ]);
});

const problems = (from: string, to: string) => {
  assert.ok(FILE.includes(from));
  const loaded = readYamlSystem(FILE.replace(from, to), open);
  return loaded.ok ? [] : loaded.problems.map(({ line, path, reason }) => `${line} ${path}: ${reason}`);
};

test("a mistake in a workflow is told with its line, path and reason", () => {
  assert.match(
    problems("template: page", "template: book").join("\n"),
    /^14 roles.desk.template: no workflow .* delivery, page$/m,
  );
  assert.match(problems("retries: 0", "retries: 99").join("\n"), /workflows\.page\[1\]/);
  assert.match(problems("role: painter", "role: ghost").join("\n"), /14 roles.desk.calls\[1\]/);
  assert.match(problems("deploy, human, client", "deploy, client").join("\n"), /needs an edge to human/);
  assert.match(problems("name: picture", "name: text").join("\n"), /another stage has this name/);
});
