import assert from "node:assert/strict";
import { test } from "node:test";
import { readYamlSystem } from "../loader.ts";
import { scripted } from "../testing/test-models.ts";

const { open } = scripted({ content: "x" });
const leaf = "{ model: fast, instructions: x }";

const FILE = `name: all
graph:
  client: [editor, lead, panel, poll, floor, room, desk]
  editor: [writer, critic, client]
  lead: [planner, writer, client]
  panel: [writer, client]
  poll: [voter, client]
  floor: [writer, client]
  room: [writer, chair, client]
  desk: [helper, client]
  helper: [desk, client]
roles:
  editor: { pattern: reflection, writer: writer, critic: critic, to: client, replicas: 2 }
  critic: { pattern: critic, model: fast, instructions: x }
  lead: { pattern: plan-and-execute, planner: planner, executor: writer, to: client }
  planner: { pattern: planner, model: fast, instructions: x }
  panel: { pattern: fan-out-and-join, workers: [writer, writer], need: { quorum: 1 }, to: client }
  poll: { pattern: vote, voters: [voter], to: client }
  voter: { pattern: voter, model: fast, instructions: x, choices: [a, b] }
  floor: { pattern: debate, debaters: [writer], judge: writer, to: client }
  room: { pattern: group-chat, speakers: [writer], chair: chair, to: client }
  chair: { pattern: chair, speakers: [writer], model: fast, instructions: x }
  desk: { pattern: hand-off, model: fast, instructions: x, peers: [helper], to: client }
  helper: { pattern: hand-off, model: fast, instructions: x, peers: [desk], to: client, maxHandOffs: 3 }
  writer: { pattern: agent, model: fast, instructions: x }
`;

test("every pattern can be written in YAML", () => {
  const loaded = readYamlSystem(FILE, open);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { roles } = loaded.definition.manifest;
  const patterns = Object.values(roles).map(({ about }) => about["pattern"]);
  assert.deepEqual(
    new Set(patterns.filter((name) => name !== undefined)),
    new Set(["reflection", "plan-and-execute", "fan-out-and-join", "vote", "debate", "group-chat", "hand-off"]),
  );
  assert.equal(roles["editor"]?.replicas, 2);
  assert.deepEqual(roles["room"]?.calls, ["writer", "chair"]);
  assert.equal(roles["helper"]?.about["maxHandOffs"], 3);
});

const problems = (from: string, to: string) => {
  assert.ok(FILE.includes(from));
  const loaded = readYamlSystem(FILE.replace(from, to), open);
  return loaded.ok ? [] : loaded.problems.map(({ line, path }) => `${line} ${path}`);
};

test("a mistake in a pattern is told with its line, path and reason", () => {
  assert.deepEqual(problems("pattern: reflection", "pattern: perfection"), ["13 roles.editor.pattern"]);
  assert.deepEqual(problems("critic: critic, to: client", "critic: critic, maxRounds: 21, to: client"), [
    "13 roles.editor.maxRounds",
  ]);
  assert.deepEqual(problems("to: client, replicas: 2", "to: lead, replicas: 2"), ["13 roles.editor.to"]);
  assert.deepEqual(problems("voters: [voter]", `voters: [ghost]`), ["19 roles.voter", "18 roles.poll.calls[0]"]);
  assert.deepEqual(problems("judge: writer", "judge: writer, colour: red"), ["20 roles.floor.colour"]);
});

test("an agent's own fields are none of a pattern's", () => {
  assert.deepEqual(
    problems(
      `writer: { pattern: agent, ${leaf.slice(2)}`,
      `writer: { pattern: critic, route: [client], ${leaf.slice(2)}`,
    ),
    ["25 roles.writer.route"],
  );
});

const far = (fields: string) => `name: far
graph:
  client: [remote]
  remote: [client]
roles:
  remote:
    ${fields}
    to: client
`;

test("a role that an agent elsewhere plays can be written as a pattern or as a type; what is wrong is told with its line", () => {
  for (const named of ["pattern: a2a", "type: a2a"]) {
    const loaded = readYamlSystem(
      far(`${named}
    card: https://agents.example/planner
    headers: { authorization: { env: PLANNER_KEY } }
    costUsd: 0.05`),
    );
    assert.ok(loaded.ok, JSON.stringify(loaded));
    const remote = loaded.definition.manifest.roles["remote"];
    assert.equal(remote?.about["card"], "https://agents.example/planner/.well-known/agent-card.json");
    assert.deepEqual(
      remote?.tools?.map(({ name, costMicros }) => [name, costMicros]),
      [["a2a", 50_000]],
    );
    assert.equal(remote?.timeoutMs, 330_000);
  }
  for (const [card, line] of [
    ["ftp://x/", 8],
    ["https://me:secret@agents.example/", 8],
  ] as const) {
    const refused = readYamlSystem(
      far(`pattern: a2a
    card: ${card}`),
    );
    assert.ok(!refused.ok);
    assert.deepEqual(
      refused.problems.map(({ path, line: at }) => [path, at]),
      [["roles.remote.card", line]],
    );
  }
});

test("so can one that an agent on NATS plays; where it is must be a place for prompts", () => {
  for (const named of ["pattern: nats-agent", "type: nats-agent"]) {
    const loaded = readYamlSystem(
      far(`${named}
    subject: agents.prompt.hermes.alice.work
    costUsd: 0.05`),
    );
    assert.ok(loaded.ok, JSON.stringify(loaded));
    assert.deepEqual(
      loaded.definition.manifest.roles["remote"]?.tools?.map(({ kind, target, costMicros }) => [
        kind,
        target,
        costMicros,
      ]),
      [["service", "agents.prompt.hermes.alice.work", 50_000]],
    );
  }
  for (const subject of [
    "agents.hb.hermes.alice.work",
    "agents.prompt.hermes.alice",
    "agents.prompt.*.alice.x",
    "tool.x",
  ]) {
    const refused = readYamlSystem(far(`type: nats-agent\n    subject: "${subject}"`));
    assert.ok(!refused.ok);
    assert.deepEqual(
      refused.problems.map(({ path }) => path),
      ["roles.remote.subject"],
    );
  }
});
