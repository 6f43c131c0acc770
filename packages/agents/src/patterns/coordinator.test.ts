import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { assembleSystem } from "@troupe/runtime/internal";
import { agentWith } from "../roles/agent.ts";
import { runRole } from "../testing/run-role.ts";
import { scripted } from "../testing/test-models.ts";
import { debate } from "./debate.ts";
import { fanOutAndJoin } from "./fan-out-and-join.ts";
import { groupChat } from "./group-chat.ts";
import { handOff } from "./hand-off.ts";
import { planAndExecute } from "./plan-and-execute.ts";
import { reflection } from "./reflection.ts";
import { vote } from "./vote.ts";

const join = fanOutAndJoin({ workers: ["a"], joiner: "b", to: "next" });

test("an answer goes on as the coordinator's turn; the turns of those it asked stay behind", async () => {
  const { outcome } = await runRole(join, "task", (to) => `by ${to}`);
  assert.deepEqual(outcome, {
    outcome: "forward",
    to: "next",
    body: { input: "task", history: [{ role: "lead", content: "by b" }] },
  });
});

test("a called coordinator answers its caller; one without a target can only be called", async () => {
  const called = await runRole(join, "task", () => "text", { isCalled: true });
  assert.deepEqual(called.outcome, { outcome: "reply", body: "text" });
  const alone = await runRole(fanOutAndJoin({ workers: ["a"] }), "task", () => "text");
  assert.equal(alone.outcome.outcome === "fail" && alone.outcome.error.code, "illegal_outcome");
});

const throws = (error: TroupeError) =>
  runRole(join, "task", () => {
    throw error;
  });

test("a role that could not answer fails the coordinator with its error, one that escalated escalates it", async () => {
  const failed = await throws(new TroupeError("model_unavailable", "no answer"));
  assert.deepEqual(failed.outcome, { outcome: "fail", error: { code: "model_unavailable", message: "no answer" } });
  const escalated = await throws(new TroupeError("escalated", "not JSON"));
  assert.deepEqual(escalated.outcome, { outcome: "escalate", reason: "not JSON" });
});

test("what is no error of a role is thrown on, for the runtime to retry", async () => {
  const broken = runRole(join, "task", () => {
    throw new RangeError("a mistake in the code");
  });
  await assert.rejects(broken, RangeError);
});

test("wrong bounds, targets and lists are told at once, with path, value and reason", () => {
  const model = scripted({ content: "x" }).open;
  const leaf = agentWith({ model: "fast", instructions: "x" }, model);
  const assembled = assembleSystem({
    name: "s",
    graph: {
      client: ["a", "b", "c", "d", "e", "f", "g"],
      g: ["leaf", "client"],
      ...edges("a", "b", "c", "d", "e", "f"),
    },
    roles: {
      a: reflection<string, string, string>({ writer: "leaf", critic: "leaf", maxRounds: 0, to: "nobody" }),
      b: planAndExecute<string, string, string, string>({
        planner: "leaf",
        executor: "leaf",
        maxSteps: 51,
        maxPlans: 1.5,
      }),
      c: fanOutAndJoin<string, string, string>({ workers: ["leaf"], need: { quorum: 2 }, to: "human" }),
      d: vote<string, string>({ voters: [], to: "client" }),
      e: debate<string, string, string>({ debaters: ["leaf"], judge: "leaf", rounds: 11 }),
      f: groupChat<string, string, string, string>({ speakers: ["leaf"], maxTurns: 101 }),
      g: handOff<string, string>(
        { model: "fast", instructions: "x", peers: ["leaf"], to: "client", maxHandOffs: 21 },
        model,
      ),
      leaf,
    },
  });
  assert.ok(!assembled.ok);
  assert.deepEqual(
    assembled.problems.map(({ path }) => path),
    [
      "roles.a.to",
      "roles.a.maxRounds",
      "roles.b.maxSteps",
      "roles.b.maxPlans",
      "roles.c.to",
      "roles.c.quorum",
      "roles.d.quorum",
      "roles.d.voters",
      "roles.e.rounds",
      "roles.f.maxTurns",
      "roles.g.maxHandOffs",
    ],
  );
});

const edges = (...roles: readonly string[]) => Object.fromEntries(roles.map((role) => [role, ["leaf", "client"]]));
