import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type SealedBody, sealedIn } from "../contracts/sealed-body.ts";
import { TroupeError } from "../errors.ts";
import { seededRandom } from "../random.ts";
import { edgeScope, newKeyRing, ownScope, scopeKeys, withNewKey, withoutKey } from "./key-ring.ts";
import { openBody, sealBody } from "./seal.ts";

const random = seededRandom(7);
const source = () => ({ nowMs: 0, bytes: random.bytes(36) });
const RING = newKeyRing(source());
const KEYS = scopeKeys(RING, "s", edgeScope("a", "b"));
const SUBJECT = "s.log.0.v1.t.h.a.m.send.b";

function sealed(text: string, subject = SUBJECT, crossing?: string): SealedBody {
  const bytes = Buffer.from(text);
  const nonce = random.bytes(24);
  const body = sealedIn(JSON.parse(sealBody({ encoding: "json", bytes }, { keys: KEYS, subject, crossing, nonce })));
  assert.ok(body);
  return body;
}
const opened = (body: SealedBody, subject = SUBJECT, keys = KEYS) =>
  Buffer.from(openBody(body, keys, subject).bytes).toString();
const isRefused = (error: unknown) => TroupeError.is(error, "malformed_record");

test("what was sealed opens to the same bytes and encoding, and shows none of them", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 4_000 }),
      fc.constantFrom("json" as const, "msgpack" as const),
      (bytes, encoding) => {
        const text = sealBody({ encoding, bytes }, { keys: KEYS, subject: SUBJECT, nonce: random.bytes(24) });
        const body = sealedIn(JSON.parse(text));
        assert.ok(body);
        const again = openBody(body, KEYS, SUBJECT);
        assert.deepEqual(
          [Buffer.from(again.bytes).toString("hex"), again.encoding],
          [Buffer.from(bytes).toString("hex"), encoding],
        );
      },
    ),
    { numRuns: 200 },
  );
  assert.doesNotMatch(JSON.stringify(sealed('{"card":"4111"}')), /4111|card/);
});

test("a body that was moved to another subject, pair of roles or system does not open", () => {
  const body = sealed("1");
  for (const subject of ["s.log.0.v1.t.h.a.m.send.c", "s.log.0.v1.u.h.a.m.send.b", "s.log.0.v1.t.h.a.s.step.1"]) {
    assert.throws(() => opened(body, subject), isRefused);
  }
  assert.throws(() => opened(body, SUBJECT, scopeKeys(RING, "s", ownScope("a"))), isRefused);
  assert.throws(() => opened(body, SUBJECT, scopeKeys(RING, "t", edgeScope("a", "b"))), isRefused);
});

test("a body of which any bit was changed does not open", () => {
  const { $sealed } = sealed('{"amount":10}');
  for (const field of ["data", "nonce"] as const) {
    const bytes = Buffer.from($sealed[field], "base64url");
    for (let at = 0; at < bytes.length * 8; at++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
      const body = { $sealed: { ...$sealed, [field]: changed.toString("base64url") } };
      assert.throws(() => opened(body), isRefused, `${field} bit ${at}`);
    }
  }
  assert.throws(() => opened({ $sealed: { ...$sealed, encoding: "msgpack" } }), isRefused);
  const cut = Buffer.from($sealed.data, "base64url").subarray(0, 20).toString("base64url");
  assert.throws(() => opened({ $sealed: { ...$sealed, data: cut } }), isRefused);
});

test("an older key still opens; a removed one is named and may come back", () => {
  const body = sealed('"old"');
  const { ring: rotated } = withNewKey(RING, source(), true);
  const scope = edgeScope("a", "b");
  assert.equal(opened(body, SUBJECT, scopeKeys(rotated, "s", scope)), '"old"');
  const without = scopeKeys(withoutKey(rotated, RING.current), "s", scope);
  assert.throws(
    () => opened(body, SUBJECT, without),
    (error) => TroupeError.is(error, "unavailable") && error.message.includes(RING.current),
  );
});

test("equal contents look different, and have one tag for one crossing only", () => {
  const one = sealed("1", SUBJECT, "t a>b");
  const two = sealed("1", SUBJECT, "t a>b");
  assert.notEqual(one.$sealed.data, two.$sealed.data);
  assert.equal(one.$sealed.tag, two.$sealed.tag);
  assert.notEqual(sealed("2", SUBJECT, "t a>b").$sealed.tag, one.$sealed.tag);
  assert.notEqual(sealed("1", SUBJECT, "u a>b").$sealed.tag, one.$sealed.tag);
});
