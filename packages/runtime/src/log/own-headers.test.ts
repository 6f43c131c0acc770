import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { headerBlock } from "../nats/header-block.ts";
import { ownHeaders } from "./own-headers.ts";

const FENCE = "Nats-Expected-Last-Subject-Sequence: 7\r\nNats-Expected-Last-Subject-Sequence-Subject: a.b.>\r\n";

test("what our publisher writes is read back, with and without a fence and a trace", () => {
  const value = fc.stringMatching(/^[\x20-\x7e]{1,40}$/);
  const expected = fc.option(fc.record({ filter: fc.constant("t.log.>"), sequence: fc.nat() }), { nil: undefined });
  fc.assert(
    fc.property(value, fc.option(value, { nil: undefined }), expected, (troupe, traceparent, fence) => {
      const fields = traceparent === undefined ? { Troupe: troupe } : { traceparent, Troupe: troupe };
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the block has nothing but `encode`
      const block = (headerBlock(fields, fence) as unknown as { encode(): Uint8Array }).encode();
      assert.deepEqual(ownHeaders(new TextDecoder().decode(block)), { troupe, traceparent });
    }),
  );
});

test("a block with anything else in it is left to the library's parser", () => {
  assert.ok(ownHeaders(`NATS/1.0\r\n${FENCE}Troupe: {}\r\n\r\n`));
  for (const text of [
    "",
    "NATS/1.0",
    "NATS/1.0\r\n",
    "NATS/1.0\r\n\r\n",
    "NATS/1.0 503\r\n\r\n",
    "NATS/1.0\r\nTroupe: {}",
    "NATS/1.0\r\nTroupe: {}\r\n",
    "NATS/1.0\r\nTroupe: {}\r\nTroupe: {}\r\n\r\n",
    "NATS/1.0\r\nTroupe: {}\r\nNats-Rollup: all\r\n\r\n",
    "NATS/1.0\r\nNats-Rollup: all\r\nTroupe: {}\r\n\r\n",
    "NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 7\r\nTroupe: {}\r\n\r\n",
    `NATS/1.0\r\n${FENCE}${FENCE}Troupe: {}\r\n\r\n`,
    `NATS/1.0\r\nTroupe: {}\r\n${FENCE}\r\n`,
    `NATS/1.0\r\n${FENCE}traceparent: x\r\ntraceparent: x\r\nTroupe: {}\r\n\r\n`,
    "NATS/1.0\r\ntroupe: {}\r\n\r\n",
    "NATS/1.0\r\nTroupe: {}\r\n\r\n\r\n",
  ]) {
    assert.equal(ownHeaders(text), undefined, JSON.stringify(text));
  }
  assert.equal(ownHeaders(undefined), undefined);
});
