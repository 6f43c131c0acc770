import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Publisher, PublishOutcome } from "@troupe/runtime/internal";
import { groupWrites } from "./grouped-writes.ts";

const body = new Uint8Array();

/** A publisher whose answers the test gives. */
function recorded() {
  const sent: string[] = [];
  const answers = new Map<string, (outcome: PublishOutcome) => void>();
  const publisher: Publisher = {
    publish: (subject) => {
      sent.push(subject);
      return new Promise((resolve) => answers.set(subject, resolve));
    },
    close: () => sent.push("closed"),
  };
  return { sent, answers, publisher };
}

test("what one turn brings is sent together, in its order, and each gets its own outcome", async () => {
  const { sent, answers, publisher } = recorded();
  const grouped = groupWrites(publisher);
  const [first, second] = [grouped.publish("a", body), grouped.publish("b", body)];
  assert.deepEqual(sent, []);
  await turn();
  assert.deepEqual(sent, ["a", "b"]);
  const third = grouped.publish("c", body);
  await turn();
  assert.deepEqual(sent, ["a", "b", "c"]);
  answers.get("b")?.({ kind: "full", text: "b" });
  answers.get("c")?.({ kind: "unknown", text: "c" });
  answers.get("a")?.({ kind: "unknown", text: "a" });
  assert.deepEqual(await Promise.all([first, second, third]), [
    { kind: "unknown", text: "a" },
    { kind: "full", text: "b" },
    { kind: "unknown", text: "c" },
  ]);
});

test("closing closes the publisher behind", () => {
  const { sent, publisher } = recorded();
  groupWrites(publisher).close();
  assert.deepEqual(sent, ["closed"]);
});
