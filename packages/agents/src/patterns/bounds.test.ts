import assert from "node:assert/strict";
import { test } from "node:test";
import { type Json, type RoleDefinition, TroupeError } from "@troupe/runtime";
import fc from "fast-check";
import { runRole } from "../testing/run-role.ts";
import { debate } from "./debate.ts";
import { fanOutAndJoin } from "./fan-out-and-join.ts";
import { groupChat } from "./group-chat.ts";
import { planAndExecute } from "./plan-and-execute.ts";
import { reflection } from "./reflection.ts";
import { vote } from "./vote.ts";

const small = fc.integer({ min: 1, max: 5 });
const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 });

interface Bounded {
  readonly role: RoleDefinition;
  readonly mostCalls: number;
}

/** Every pattern that asks others, with any bounds, and the number of calls that its documentation promises at most. */
const anyPattern: fc.Arbitrary<Bounded> = fc.oneof(
  small.map((maxRounds) => ({
    role: reflection({ writer: "a", critic: "b", maxRounds, to: "client" }),
    mostCalls: 1 + 2 * maxRounds,
  })),
  fc.tuple(small, small).map(([maxSteps, maxPlans]) => ({
    role: planAndExecute({ planner: "a", executor: "b", writer: "c", maxSteps, maxPlans, to: "client" }),
    mostCalls: maxPlans * (1 + maxSteps) + 1,
  })),
  names.map((workers) => ({ role: fanOutAndJoin({ workers, joiner: "j" }), mostCalls: workers.length + 1 })),
  names.map((voters) => ({ role: vote({ voters }), mostCalls: voters.length })),
  fc.tuple(names, small).map(([debaters, rounds]) => ({
    role: debate({ debaters, judge: "j", rounds }),
    mostCalls: rounds * debaters.length + 1,
  })),
  fc.tuple(names, small).map(([speakers, maxTurns]) => ({
    role: groupChat({ speakers, chair: "chair", writer: "w", maxTurns }),
    mostCalls: 2 * maxTurns + 1,
  })),
);

/** What the worst of roles might answer: the right forms, in any order, and garbage, and errors. */
const anyAnswer = fc.oneof(
  fc.record({ accepted: fc.boolean(), feedback: fc.string() }),
  fc.record({ steps: fc.array(fc.string(), { maxLength: 7 }) }),
  fc.record({ choice: fc.constantFrom("x", "y", "") }),
  fc.record({ next: fc.constantFrom("a", "b", "c", "d", "end") }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constant(undefined),
);

test("whatever the roles answer, every pattern ends, within the calls that it promises", async () => {
  await fc.assert(
    fc.asyncProperty(anyPattern, fc.infiniteStream(anyAnswer), async ({ role, mostCalls }, answers) => {
      const { outcome, asked } = await runRole(role, "task", () => {
        const answer = answers.next().value as Json | undefined;
        if (answer === undefined) throw new TroupeError("handler_failed", "the role failed");
        return answer;
      });
      assert.ok(asked.length <= mostCalls, `${asked.length} calls, promised are ${mostCalls}`);
      assert.ok(["complete", "reply", "escalate", "fail"].includes(outcome.outcome), outcome.outcome);
    }),
    { numRuns: 500 },
  );
});

test("whatever the roles answer, a replay on the same answers asks the same and ends the same", async () => {
  await fc.assert(
    fc.asyncProperty(anyPattern, fc.array(anyAnswer, { minLength: 60, maxLength: 60 }), async ({ role }, answers) => {
      const run = () => {
        let number = 0;
        return runRole(role, "task", () => {
          const answer = answers[number++] as Json | undefined;
          if (answer === undefined) throw new TroupeError("handler_failed", "the role failed");
          return answer;
        });
      };
      assert.deepEqual(await run(), await run());
    }),
    { numRuns: 100 },
  );
});
