import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { Outbox } from "./outbox.ts";

const silent = pino({ level: "silent" });

test("what is posted goes out in order, with the next flush or by itself", async () => {
  const said: string[] = [];
  const all = Promise.withResolvers<void>();
  const outbox = new Outbox(
    {
      publish: (subject, body) => {
        said.push(`${subject} ${String(body)}`);
        if (subject === "last") all.resolve();
      },
    },
    silent,
  );
  outbox.post("a", "+ACK");
  outbox.post("b", "-NAK");
  assert.deepEqual(said, []);
  outbox.flush();
  assert.deepEqual(said, ["a +ACK", "b -NAK"]);
  outbox.flush();
  assert.equal(said.length, 2, "nothing goes out twice");
  outbox.post("last", "+ACK");
  await all.promise;
  assert.equal(said.length, 3);
});

test("a connection that takes nothing any more hurts nobody, and what comes later still goes out", () => {
  let isClosed = true;
  const said: string[] = [];
  const publish = (subject: string) => {
    if (isClosed) throw new Error("closed");
    said.push(subject);
  };
  const outbox = new Outbox({ publish }, silent);
  outbox.post("a", "+ACK");
  outbox.flush();
  isClosed = false;
  outbox.post("b", "+ACK");
  outbox.flush();
  assert.deepEqual(said, ["b"]);
});
