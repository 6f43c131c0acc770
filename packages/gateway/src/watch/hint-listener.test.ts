import assert from "node:assert/strict";
import { test } from "node:test";
import { type Link, Subjects, type TaskId } from "@troupe/runtime/internal";
import { HintListener } from "./hint-listener.ts";

type Callback = (error: Error | null, message: { readonly data: Uint8Array }) => void;

/** A connection that hands on what the test says, and counts who listens. */
function listenerInTest() {
  const callbacks = new Set<Callback>();
  const subscribe = (_subject: string, { callback }: { callback: Callback }) => {
    callbacks.add(callback);
    return { isClosed: () => false, unsubscribe: () => callbacks.delete(callback) };
  };
  const hints = new HintListener({ nc: { subscribe } as unknown as Link["nc"] }, new Subjects("demo"));
  const woken: string[] = [];
  return {
    woken,
    callbacks,
    listen: (task: string, who = task) => hints.listen(task as TaskId, () => woken.push(who)),
    say: (text: string) => {
      for (const callback of callbacks) callback(null, { data: Buffer.from(text) });
    },
  };
}

test("each watcher hears of its own task, and nobody is subscribed while nobody watches", () => {
  const { woken, callbacks, listen, say } = listenerInTest();
  const stops = [listen("a", "first of a"), listen("a", "second of a"), listen("b")];
  assert.equal(callbacks.size, 1);
  say('{"tasks":["c","a"]}');
  assert.deepEqual(woken.splice(0), ["first of a", "second of a"]);
  stops[0]?.();
  say('{"tasks":["b","a"]}');
  assert.deepEqual(woken.splice(0), ["b", "second of a"]);
  for (const stop of stops) stop();
  assert.equal(callbacks.size, 0);
  const stop = listen("b");
  say('{"tasks":["b"]}');
  assert.deepEqual(woken, ["b"]);
  stop();
});

test("what is no hint wakes nobody and throws nothing", () => {
  const { woken, listen, say } = listenerInTest();
  listen("a");
  for (const text of ["", "a", '{"tasks":"a"}', '{"tasks":[1]}', "[".repeat(20_000), '{"tasks":["__proto__"]}'])
    say(text);
  assert.deepEqual(woken, []);
});
