import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../actor/outcome.ts";
import { TroupeError } from "../errors.ts";
import type { HostCommand } from "../host/ipc.ts";
import { HostAsks, MAX_OPEN_ASKS } from "./host-asks.ts";

const TASK = "0-v7-00000000000000000000000000";
const HOST = { version: "v7", incarnation: "i1", roles: new Set(["writer"]) };

function asking(serve: (body: unknown) => Promise<Json>) {
  const answers: Extract<HostCommand, { type: "answer" }>[] = [];
  const broker = { ask: async (_service: string, _caller: unknown, body: unknown) => serve(body) };
  const asks = new HostAsks(broker, HOST, (command) => command.type === "answer" && answers.push(command));
  const ask = (change: { role?: string; task?: string; json?: string } = {}) =>
    asks.take({
      type: "ask",
      request: answers.length + 1,
      service: "s",
      role: "writer",
      task: TASK,
      json: "1",
      ...change,
    });
  const codeOf = () => {
    const result = answers.at(-1)?.result;
    return result?.ok === false ? result.error.code : undefined;
  };
  return { ask, answers, codeOf };
}

test("a question is refused whose role or task the host cannot run, before any service sees it", async () => {
  let asked = 0;
  const { ask, codeOf } = asking(async () => ++asked);
  for (const change of [{ role: "reader" }, { task: "0-v8-00000000000000000000000000" }, { task: "nonsense" }]) {
    await ask(change);
    assert.equal(codeOf(), "unauthorized", JSON.stringify(change));
  }
  assert.equal(asked, 0);
});

test("what is no JSON, or nested without end, is refused and throws at nobody", async () => {
  const { ask, codeOf } = asking(async () => null);
  for (const json of ["{", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, '{"__proto__":{}}']) {
    await ask({ json });
    assert.equal(codeOf(), "invalid_request");
  }
});

test("an error of the service keeps its code; what is no TroupeError is unavailable", async () => {
  const thrown: Error[] = [
    new TroupeError("store_full", "full", { details: { circular: undefined } }),
    new Error("odd"),
  ];
  const { ask, codeOf } = asking(async () => {
    throw thrown.shift() ?? new Error("none left");
  });
  await ask();
  assert.equal(codeOf(), "store_full");
  await ask();
  assert.equal(codeOf(), "unavailable");
});

test("a host that asks without end is refused what is over its bound, and may ask again when answers came", async () => {
  const gate = Promise.withResolvers<Json>();
  const { ask, answers, codeOf } = asking(() => gate.promise);
  const open = Array.from({ length: MAX_OPEN_ASKS }, () => ask());
  await ask();
  assert.equal(answers.length, 1);
  assert.equal(codeOf(), "overloaded");
  gate.resolve(5);
  await Promise.all(open);
  await ask();
  assert.deepEqual(answers.at(-1)?.result, { ok: true, json: "5" });
});
