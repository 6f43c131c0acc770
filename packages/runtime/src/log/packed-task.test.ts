import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { headersOfPackedPart, packTask, unpackTask } from "./packed-task.ts";
import type { StoredRecord } from "./task-log.ts";

const record = (sequence: number, body: Uint8Array): StoredRecord => ({
  subject: `troupe.log.0.v1.t.h.a.s.step.${sequence}`,
  sequence,
  storedAtMs: 1_000 + sequence,
  header: { writer: { node: "n", incarnation: "i", nonce: "x", claim: 0, segment: 0 } },
  encoding: sequence % 2 === 0 ? "json" : "msgpack",
  body,
});

const partsHeader = (parts: readonly Uint8Array[]) => headersOfPackedPart(parts.length)["Troupe-Parts"] ?? "";

test("what is packed comes back the same, however many parts it takes", () => {
  const stored = [record(1, new Uint8Array([1, 2])), record(2, randomBytes(700_000)), record(3, randomBytes(700_000))];
  const parts = packTask(stored);
  assert.ok(parts.length >= 3, "random bytes do not compress");
  const back = unpackTask(parts, partsHeader(parts));
  assert.deepEqual(
    back?.map(({ body, ...rest }) => ({ ...rest, body: Buffer.from(body).toString("hex") })),
    stored.map(({ body, ...rest }) => ({
      ...rest,
      header: {
        ...rest.header,
        writer: { ...rest.header?.writer, previous: undefined, ranMs: undefined },
        passport: undefined,
        usage: undefined,
        original: undefined,
        origin: undefined,
      },
      body: Buffer.from(body).toString("hex"),
    })),
  );
});

test("a record whose header did not parse keeps none", () => {
  const parts = packTask([{ ...record(2, new Uint8Array()), header: undefined }]);
  assert.equal(unpackTask(parts, partsHeader(parts))?.[0]?.header, undefined);
});

test("missing parts, garbage and foreign content are no task", () => {
  const parts = packTask([record(2, randomBytes(1_200_000))]);
  assert.equal(unpackTask(parts.slice(1), partsHeader(parts)), undefined);
  assert.equal(unpackTask([], "0"), undefined);
  assert.equal(unpackTask([randomBytes(50)], "1"), undefined);
  assert.equal(unpackTask([gzipSync(randomBytes(50))], "1"), undefined);
  assert.equal(unpackTask([gzipSync("{}")], "1"), undefined);
});
