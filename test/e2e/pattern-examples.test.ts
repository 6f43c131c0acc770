import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { startOfflineModel } from "@troupe/agents";
import { InlineSystem } from "../support/inline-system.ts";
import { until } from "../support/stack.ts";

const folder = new URL("../../examples/patterns/", import.meta.url);

interface Example {
  readonly file: string;
  readonly door: string;
  readonly input: string;
  /** What the result shows when every role had its part. */
  readonly result: RegExp;
  /** Roles that spoke. */
  readonly roles: readonly string[];
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  "single-answer": {
    file: "system.ts",
    door: "writer",
    input: "What is a queue?",
    result: /Text on: What is a queue\?/,
    roles: ["writer"],
  },
  react: {
    file: "system.ts",
    door: "counter",
    input: "Use the word count on this text",
    result: /A tool answered: .*words/,
    roles: ["counter"],
  },
  reflection: {
    file: "system.yaml",
    door: "editor",
    input: "Explain locks",
    result: /Second draft on: Explain locks/,
    roles: ["editor", "writer", "critic"],
  },
  "plan-and-execute": {
    file: "system.ts",
    door: "lead",
    input: "Build a shed",
    result: /It rests on what planner, executor said/,
    roles: ["lead", "planner", "executor", "writer"],
  },
  pipeline: {
    file: "system.ts",
    door: "research",
    input: "How do queues lose messages?",
    result: /What the notes on/,
    roles: ["research", "analysis", "writing"],
  },
  "fan-out-and-join": {
    file: "system.ts",
    door: "panel",
    input: "May we ship it?",
    result: /It rests on what (legal|technical|commercial), (technical|commercial) said/,
    roles: ["panel", "writer"],
  },
  vote: {
    file: "system.yaml",
    door: "poll",
    input: "Keep the parser or rewrite it?",
    result: /"choice":"rewrite","votes":\{"rewrite":2,"keep":1\}/,
    roles: ["poll", "security", "operations", "product"],
  },
  debate: {
    file: "system.yaml",
    door: "floor",
    input: "Move to one database",
    result: /after 4 arguments/,
    roles: ["floor", "advocate", "sceptic", "judge"],
  },
  "group-chat": {
    file: "system.yaml",
    door: "room",
    input: "A door that opens by itself",
    result: /It rests on what designer, engineer, tester said/,
    roles: ["room", "chair", "designer", "engineer", "tester", "writer"],
  },
  workflow: {
    file: "system.yaml",
    door: "lead",
    input: "Add a dark mode",
    result: /Before me: triage, plan, execute, review/,
    roles: ["lead", "triage", "plan", "execute", "review", "deploy"],
  },
  "own-workflow": {
    file: "system.ts",
    door: "desk",
    input: "A page about tides",
    result: /It rests on what brief, text, picture said/,
    roles: ["desk", "planner", "writer", "illustrator"],
  },
  "hand-off": {
    file: "system.ts",
    door: "reception",
    input: "My invoice is too high",
    result: /has been checked/,
    roles: ["reception", "billing"],
  },
};

it("every pattern has an example that runs on the offline model", { timeout: 900_000 }, async (t) => {
  const folders = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  assert.deepEqual(folders.map(({ name }) => name).toSorted(), Object.keys(EXAMPLES).toSorted());
  const model = await startOfflineModel();
  t.after(() => model.close());
  process.env["TROUPE_MODEL_MODE"] = "offline";
  process.env["TROUPE_OFFLINE_URL"] = model.url;
  const fileOf = (name: string, { file }: Example) => fileURLToPath(new URL(`${name}/${file}`, folder));
  await using system = await InlineSystem.start();
  for (const [name, example] of Object.entries(EXAMPLES)) {
    assert.match(await readFile(new URL(`${name}/README.md`, folder), "utf8"), /^# /);
    await system.deploy(fileOf(name, example));
    await until(`${name} to end`, 120_000, async () => {
      // Until the gateway has heard of the new version, it does not know the role.
      const { task_id } = await system.client.submit(example.door, example.input);
      const view = await system.client.result(task_id, { signal: AbortSignal.timeout(60_000) });
      assert.equal(view.status, "completed", `${name}: ${JSON.stringify(view)}`);
      assert.match(JSON.stringify(view.result), example.result, name);
      const spoke = new Set(view.path.map(({ role }) => role));
      for (const role of example.roles) assert.ok(spoke.has(role), `${name}: ${role} did not speak`);
      return true;
    });
  }
});
