import assert from "node:assert/strict";
import { test } from "node:test";
import { requireCompiled, SystemManifest, type TaskEvent } from "@troupe/runtime/internal";
import { LiveAnswer } from "./live-answer.ts";

const system = requireCompiled(
  SystemManifest.parse({
    name: "demo",
    graph: { client: ["planner"], planner: ["writer", "judge"], judge: ["client", "planner"], writer: ["client"] },
    roles: { planner: { kind: "agent" }, judge: { kind: "agent" }, writer: { kind: "agent" } },
  }),
);
const at = { id: 1, at: "", node: "n" };
const token = (role: string, text: string, hop = "h"): TaskEvent => ({ type: "token", role, hop, text });

interface Row {
  readonly claim: string;
  readonly events: readonly TaskEvent[];
  readonly shown: string;
  readonly thought?: string;
  readonly answer: string;
  readonly rest: string;
}
const rows: readonly Row[] = [
  { claim: "nothing was heard: the whole answer is missing", events: [], shown: "", answer: "abc", rest: "abc" },
  {
    claim: "tokens of a role that only answers are the answer",
    events: [token("writer", "a"), token("writer", "b")],
    shown: "ab",
    answer: "abc",
    rest: "c",
  },
  {
    claim: "tokens of a role that cannot answer are thoughts",
    events: [token("planner", "p"), token("writer", "a")],
    shown: "a",
    thought: "p",
    answer: "a",
    rest: "",
  },
  {
    claim: "a role that may also hand on shows nothing before it has decided",
    events: [token("judge", "no, again")],
    shown: "",
    answer: "yes",
    rest: "yes",
  },
  {
    claim: "white space around the answer is no difference",
    events: [token("writer", "\na"), token("writer", "b\n")],
    shown: "\nab\n",
    answer: "ab",
    rest: "",
  },
  {
    claim: "white space before the answer is passed over",
    events: [token("writer", "\na")],
    shown: "\na",
    answer: "ab",
    rest: "b",
  },
  {
    claim: "after a gap nothing more is shown until the end",
    events: [token("writer", "a"), { type: "gap", id: 1, reason: "x" }, token("writer", "c")],
    shown: "a",
    answer: "abc",
    rest: "bc",
  },
  {
    claim: "a take-over in the middle does not show the beginning twice",
    events: [token("writer", "a"), { type: "claim", ...at, role: "writer" }, token("writer", "ab")],
    shown: "a",
    answer: "abc",
    rest: "bc",
  },
  {
    claim: "text that was no beginning of the answer is followed by the whole of it",
    events: [token("writer", "a draft")],
    shown: "a draft",
    answer: "abc",
    rest: "\n\nabc",
  },
  {
    claim: "a second hop that could answer is not mixed with the first",
    events: [token("writer", "a", "h1"), token("writer", "x", "h2"), token("writer", "b", "h1")],
    shown: "a",
    answer: "abc",
    rest: "bc",
  },
  {
    claim: "what a called role says is a thought",
    events: [{ type: "wait", ...at, role: "planner", for: ["writer"] }, token("writer", "a")],
    shown: "",
    thought: "a",
    answer: "abc",
    rest: "abc",
  },
  {
    claim: "a role that the system does not have is not shown",
    events: [token("ghost", "boo")],
    shown: "",
    answer: "abc",
    rest: "abc",
  },
];
for (const { claim, events, shown, thought = "", answer, rest } of rows) {
  test(claim, () => {
    const live = new LiveAnswer(system);
    const texts = events.map((event) => live.feed(event));
    assert.equal(texts.map((text) => text.answer ?? "").join(""), shown);
    assert.equal(texts.map((text) => text.thought ?? "").join(""), thought);
    assert.equal(live.rest(answer), rest);
  });
}

test("of a system that is not known any more nothing is shown early", () => {
  const live = new LiveAnswer(undefined);
  assert.deepEqual(live.feed(token("writer", "a")), {});
  assert.equal(live.rest("abc"), "abc");
});
