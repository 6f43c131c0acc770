import assert from "node:assert/strict";
import { test } from "node:test";
import { MsgImpl } from "@nats-io/nats-core/internal";
import type { Msg } from "@nats-io/transport-node";
import { onlyHeaderOf } from "./header-text.ts";

/** A message as it comes over the wire: so many bytes of headers, then the body. */
function received(headers: string, body = "{}"): Msg {
  const bytes = Buffer.from(headers + body);
  const place = {
    subject: Buffer.from("s"),
    sid: 1,
    hdr: headers.length > 0 ? headers.length : -1,
    size: bytes.length,
  };
  // The library itself takes the one for the other.
  return new MsgImpl(place, bytes, { publish: () => undefined }) as Msg;
}

test("a header is read that stands there once, and only where headers stand", () => {
  const start = "NATS/1.0\r\n";
  const table: readonly (readonly [headers: string, expected: string | undefined, body?: string])[] = [
    [`${start}Troupe: {"v":1}\r\n\r\n`, '{"v":1}'],
    [`${start}Other: x\r\nTroupe:y \r\nNats-Msg-Size: 4\r\n\r\n`, "y"],
    [`${start}Troupe: a\r\nTroupe: b\r\n\r\n`, undefined],
    [`${start}Troupe: a\r\nOther: b\r\nTroupe: a\r\n\r\n`, undefined],
    [`${start}Not-Troupe: a\r\nTroupe-Not: b\r\n\r\n`, undefined],
    [`${start}Other: Troupe: a\r\n\r\n`, undefined],
    [`${start}\r\n`, undefined, "\r\nTroupe: a\r\n"],
    ["", undefined, "\r\nTroupe: a\r\n"],
  ];
  for (const [headers, expected, body] of table)
    assert.equal(onlyHeaderOf(received(headers, body), "Troupe"), expected, headers);
});
