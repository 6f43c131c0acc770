import assert from "node:assert/strict";
import { test } from "node:test";
import { actor } from "./actor.ts";
import { assembleSystem } from "./define-system.ts";
import { artifacts, filePart, partsMessage, readMessage } from "./message-parts.ts";
import { complete } from "./outcome.ts";

test("a message is read as parts, whichever door it came through", () => {
  const whole = { id: "m-1", parts: [{ text: "look" }, { raw: "YWJj", filename: "a.txt" }] };
  assert.deepEqual(readMessage({ $message: whole }), whole);
  assert.deepEqual(readMessage("text"), { parts: [{ text: "text" }] });
  for (const data of [{ n: 1 }, 7, null, [], { $message: {} }])
    assert.deepEqual(readMessage(data), { parts: [{ data }] });
});

test("what is said in parts is read as it was", () => {
  const file = filePart(Buffer.from("abc"), { filename: "a.txt", mediaType: "text/plain" });
  assert.deepEqual(file, { raw: "YWJj", filename: "a.txt", mediaType: "text/plain" });
  assert.deepEqual(readMessage(partsMessage({ text: "here" }, file)), { parts: [{ text: "here" }, file] });
  assert.deepEqual(artifacts({ name: "report", parts: [file] }), { $artifacts: [{ name: "report", parts: [file] }] });
});

test("parts that are none are the author's mistake", () => {
  assert.throws(() => partsMessage(), /parts/);
  assert.throws(() => artifacts(), /artifacts/);
  assert.throws(() => artifacts({ name: "", parts: [{ text: "x" }] }), /name/);
  assert.throws(() => partsMessage({ raw: "no base64!" }), /base64/);
});

const roleThat = (takesFiles?: boolean) => {
  const definition = actor({ receive: () => complete("x"), ...(takesFiles === undefined ? {} : { takesFiles }) });
  const system = assembleSystem({ name: "demo", graph: { client: ["a"], a: ["client"] }, roles: { a: definition } });
  assert.ok(system.ok);
  return system.definition.manifest.roles["a"];
};

test("that a role takes files stands in the manifest, and nothing of it where it does not", () => {
  assert.equal(roleThat(true)?.takesFiles, true);
  for (const without of [roleThat(), roleThat(false)]) assert.ok(without && !("takesFiles" in without));
});
