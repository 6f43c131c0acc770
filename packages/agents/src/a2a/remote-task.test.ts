import assert from "node:assert/strict";
import { test } from "node:test";
import type { SendMessageResult } from "@a2a-js/sdk";
import type { Json } from "@troupe/runtime";
import { isUnderWay, type RemoteState, remoteTask } from "./remote-task.ts";

const text = (value: string) => ({ content: { $case: "text", value } });
const message = (parts: unknown) => ({ messageId: "m", taskId: "", contextId: "c", parts });
const task = (state: number, artifacts: unknown = [], said: unknown = []) => ({
  id: "t",
  contextId: "c",
  status: { state, message: message(said) },
  artifacts,
});
const rows: readonly [string, unknown, RemoteState, Json][] = [
  ["a message is an answer", message([text("hi")]), "completed", "hi"],
  [
    "artifacts are the answer",
    task(3, [{ parts: [text("a"), text("b")] }, { parts: [text("c")] }]),
    "completed",
    "ab\n\nc",
  ],
  [
    "one part of data is data",
    task(3, [{ parts: [{ content: { $case: "data", value: { n: 1 } } }] }]),
    "completed",
    { n: 1 },
  ],
  ["without artifacts the last state says it", task(3, [], [text("done")]), "completed", "done"],
  ["what is submitted or works is under way", task(1), "working", ""],
  ["a state of a later version is under way", task(99), "working", ""],
  ["a failure says why", task(4, [], [text("no")]), "failed", "no"],
  ["a question waits", task(6, [], [text("which?")]), "input_required", "which?"],
  ["a sign-in waits", task(8), "auth_required", ""],
  [
    "a file is named and left out",
    task(3, [
      { parts: [{ content: { $case: "raw", value: Buffer.from("abc") }, filename: "a.txt", mediaType: "text/plain" }] },
    ]),
    "completed",
    "[a.txt, text/plain, 3 bytes left out]",
  ],
];
for (const [claim, answer, state, content] of rows) {
  test(claim, () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the wire may have it
    const read = remoteTask(answer as SendMessageResult);
    assert.deepEqual([read.state, read.content], [state, content]);
    assert.equal(isUnderWay(read), state === "working");
  });
}

test("what is neither a task nor a message is refused", () => {
  for (const wrong of [
    {},
    { id: 7 },
    { id: "", status: {} },
    { parts: "x" },
    { parts: [{ content: { $case: "code" } }] },
  ]) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the wire may have it
    assert.throws(() => remoteTask(wrong as SendMessageResult), JSON.stringify(wrong));
  }
});
