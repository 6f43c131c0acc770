import assert from "node:assert/strict";
import { test } from "node:test";
import { readYamlSystem } from "../loader.ts";
import { systemFileSchema } from "../system-file.ts";

const GOOD = `name: desk
graph:
  client: [clerk]
  clerk: [expert, client]
  expert: [client]
taint:
  client: [client]
tools:
  files:
    type: mcp
    command: node
    args: [server.js]
    env: { TOKEN: { env: FILES_TOKEN } }
    tools:
      read_file: { permission: READ, taint: { gives: [files] } }
      delete/file: { permission: DELETE, callsPerMinute: 5 }
  weather:
    type: service
    subject: tool.weather.get
    description: The weather of a city
    permission: READ
    parameters:
      type: object
      properties: { city: { type: string } }
      required: [city]
  ask_expert:
    type: role
    role: expert
    description: Knows everything
  run_code:
    type: code
    timeMs: 1000
roles:
  clerk:
    model: fast
    instructions: You are the clerk.
    to: client
    tools: [files, weather, ask_expert, run_code]
    grants: [READ, DELETE, EXECUTE]
    taint: { accepts: [client, files] }
  expert:
    model: fast
    instructions: You are the expert.
    to: client
`;

const problemsIn = (text: string) => {
  const loaded = readYamlSystem(text);
  return loaded.ok ? [] : loaded.problems.map(({ line, path, reason }) => `${line} ${path}: ${reason}`);
};

test("tools of a file become the tools of the roles that name them, as the node will know them", () => {
  const loaded = readYamlSystem(GOOD);
  assert.ok(loaded.ok, JSON.stringify(problemsIn(GOOD)));
  const { clerk, expert } = loaded.definition.manifest.roles;
  const perMinute = { callsPerMinute: 100 };
  assert.deepEqual(clerk?.tools, [
    { name: "files_read_file", kind: "mcp", permission: "READ", ...perMinute, target: "files" },
    { name: "files_delete_file", kind: "mcp", permission: "DELETE", callsPerMinute: 5, target: "files" },
    { name: "weather", kind: "service", permission: "READ", ...perMinute, target: "tool.weather.get" },
    { name: "ask_expert", kind: "role", permission: "READ", ...perMinute, target: "expert" },
    { name: "run_code", kind: "code", permission: "EXECUTE", ...perMinute },
  ]);
  assert.deepEqual(clerk?.calls, ["expert"]);
  assert.deepEqual(clerk?.taint, { accepts: ["client", "files"] });
  assert.equal(expert?.tools, undefined);
});

test("everything that is wrong with the tools of a file is told at once, each with its line", () => {
  const bad = GOOD.replace("permission: DELETE, callsPerMinute: 5", "permission: ERASE")
    .replace("subject: tool.weather.get", "subject: tool.>")
    .replace("{ env: FILES_TOKEN }", "{ secret: FILES_TOKEN }")
    .replace("timeMs: 1000", "timeMs: 1")
    .replace("grants: [READ, DELETE, EXECUTE]", "grants: [ALL]");
  const found = problemsIn(bad).join("\n");
  for (const expected of [
    /^13 tools\.files\.env\.TOKEN\.secret: is not a known setting/m,
    /^16 tools\.files\.tools\.delete\/file\.permission: Invalid option/m,
    /^19 tools\.weather\.subject: words of letters/m,
    /^32 tools\.run_code\.timeMs/m,
    /^39 roles\.clerk\.grants\[0\]/m,
  ]) {
    assert.match(found, expected);
  }
});

const mistakes: readonly [string, (text: string) => string, RegExp][] = [
  [
    "a tool that is not declared",
    (text) => text.replace("[files, weather,", "[files, wether,"),
    /^38 roles\.clerk\.tools\[1\]: no tool has this name; known are files, weather, ask_expert, run_code/,
  ],
  [
    "a tool that needs more than is granted",
    (text) => text.replace("[READ, DELETE, EXECUTE]", "[READ, DELETE]"),
    /it needs EXECUTE; add it to the role's grants, which are READ, DELETE/,
  ],
  [
    "a role that is no edge",
    (text) =>
      text.replace("clerk: [expert, client]", "clerk: [client]").replace("client: [clerk]", "client: [clerk, expert]"),
    /no edge from clerk to this role/,
  ],
  ["an MCP server without an allow list", (text) => text.replace(/ {4}tools:\n.*\n.*\n/, ""), /tools\.files/],
  ["two tools of one name", (text) => text.replace("delete/file", "read.file"), /two tools have this name/],
  [
    "an approval that the role may ask nobody for",
    (text) => text.replace("timeMs: 1000", "requiresApproval: true"),
    /the graph has no edge from .* to human/,
  ],
  [
    "a service that may take longer than a node waits",
    (text) => text.replace("subject: tool.weather.get", "subject: tool.weather.get\n    timeoutMs: 60000"),
    /a NATS service has at most 55000 ms/,
  ],
  ["a schema that is none", (text) => text.replace("type: object\n", "type: thing\n"), /tools\.weather/],
];
for (const [claim, change, expected] of mistakes) {
  test(`refused: ${claim}`, () => {
    const found = problemsIn(change(GOOD));
    assert.ok(found.length > 0);
    assert.match(found.join("\n"), expected);
  });
}

test("the published schema has the tools", () => {
  assert.match(JSON.stringify(systemFileSchema()), /"callsPerMinute".*"isOutside"/);
});
