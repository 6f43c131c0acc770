import assert from "node:assert/strict";
import { test } from "node:test";
import { defineSystem, type RoleDefinition } from "@troupe/runtime";
import { agentWith } from "../roles/agent.ts";
import { scripted } from "../testing/test-models.ts";
import { workflow } from "../workflows/workflow.ts";
import { debate } from "./debate.ts";
import { fanOutAndJoin } from "./fan-out-and-join.ts";
import { groupChat } from "./group-chat.ts";
import { handOff } from "./hand-off.ts";
import { pipeline } from "./pipeline.ts";
import { planAndExecute } from "./plan-and-execute.ts";
import { reflection } from "./reflection.ts";
import { vote } from "./vote.ts";

const { open } = scripted({ content: "x" });
const leaf = agentWith({ model: "fast", instructions: "x" }, open);
const graph = { client: ["lead"], lead: ["a", "b", "client"] } as const;
const system = (lead: RoleDefinition<"a" | "b" | "client">) =>
  defineSystem({ name: "s", graph, roles: { lead, a: leaf, b: leaf } });

test("a pattern whose edges are all there compiles, and the manifest shows what it is", () => {
  const { manifest } = system(reflection({ writer: "a", critic: "b", maxRounds: 2, to: "client" }));
  assert.deepEqual(manifest.roles["lead"]?.about, {
    pattern: "reflection",
    maxRounds: 2,
    writer: "a",
    critic: "b",
    to: "client",
  });
  assert.deepEqual(manifest.roles["lead"]?.calls, ["a", "b"]);
});

const doing = <const Name extends string>(name: Name) => ({ name, prompt: "do" });
const refused = (make: () => unknown) => assert.throws(make, /no such edge|no edge from lead/);

test("a pattern with an edge that the graph lacks is a compile error, and is refused as well", () => {
  // @ts-expect-error lead has no edge to c
  refused(() => system(reflection({ writer: "a", critic: "c", to: "client" })));
  // @ts-expect-error lead has no edge to c
  refused(() => system(planAndExecute({ planner: "a", executor: "b", writer: "c", to: "client" })));
  // @ts-expect-error lead has no edge to c
  refused(() => system(fanOutAndJoin({ workers: ["a", "b"], to: "c" })));
  // @ts-expect-error lead has no edge to c
  refused(() => system(vote({ voters: ["a", "b", "c"], to: "client" })));
  // @ts-expect-error lead has no edge to c
  refused(() => system(debate({ debaters: ["a", "b"], judge: "c", to: "client" })));
  // @ts-expect-error lead has no edge to c
  refused(() => system(groupChat({ speakers: ["a", "b"], chair: "c", to: "client" })));
  // @ts-expect-error lead has no edge to c
  refused(() => system(workflow({ template: [doing("a"), { parallel: [doing("b"), doing("c")] }], to: "client" })));
  // @ts-expect-error lead has no edge to c
  refused(() => system(handOff({ model: "fast", instructions: "x", peers: ["a", "c"], to: "client" }, open)));
});

test("each stage of a pipeline needs its edge to the next one", () => {
  const stage = { model: "fast", instructions: "x" };
  const stages = { one: stage, two: stage, three: stage };
  const roles = pipeline(["one", "two", "three"], "client", stages, open);
  const { manifest } = defineSystem({
    name: "s",
    graph: { client: ["one"], one: ["two"], two: ["three"], three: ["client"] },
    roles,
  });
  assert.deepEqual(
    Object.entries(manifest.roles).map(([name, { about }]) => [name, about["to"]]),
    [
      ["one", "two"],
      ["two", "three"],
      ["three", "client"],
    ],
  );
  assert.throws(() =>
    defineSystem({
      name: "s",
      graph: { client: ["one"], one: ["three"], two: ["three"], three: ["client"] },
      // @ts-expect-error one has no edge to two
      roles,
    }),
  );
});
