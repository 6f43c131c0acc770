import assert from "node:assert/strict";
import { test } from "node:test";
import { nkeys } from "@nats-io/transport-node";
import { nkeyOf, publicKeyOf } from "./nkey.ts";

const seedOf = (pair: { getSeed(): Uint8Array }) => new TextDecoder().decode(pair.getSeed());

for (const [kind, create, letter] of [
  ["user", nkeys.createUser, "U"],
  ["account", nkeys.createAccount, "A"],
  ["operator", nkeys.createOperator, "O"],
] as const) {
  test(`a key of a ${kind} has the public key and the signatures that the library finds for it`, () => {
    const library = create();
    const own = nkeyOf(seedOf(library));
    const data = new TextEncoder().encode("a server's challenge");
    assert.equal(own.getPublicKey(), library.getPublicKey());
    assert.equal(own.getPublicKey().charAt(0), letter);
    assert.deepEqual(Buffer.from(own.sign(data)), Buffer.from(library.sign(data)));
    assert.ok(nkeys.fromPublic(publicKeyOf(seedOf(library))).verify(data, own.sign(data)));
  });
}

test("what is no seed is refused without being shown", () => {
  const seed = seedOf(nkeys.createUser());
  const flipped = seed.slice(0, 20) + (seed.charAt(20) === "A" ? "B" : "A") + seed.slice(21);
  for (const wrong of ["", "S", flipped, seed.slice(0, -2), seed.toLowerCase(), nkeys.createUser().getPublicKey()]) {
    assert.throws(
      () => nkeyOf(wrong),
      (error: Error & { code?: string }) =>
        error.code === "invalid_config" && (wrong.length < 8 || !JSON.stringify(error).includes(wrong)),
      wrong,
    );
  }
});
