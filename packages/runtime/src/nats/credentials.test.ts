import assert from "node:assert/strict";
import { test } from "node:test";
import { createUser } from "@nats-io/jwt";
import { formatCreds, isCreds, parseCreds, readUserJwt } from "./credentials.ts";

const pair = createUser();
const seed = new TextDecoder().decode(pair.getSeed());
const payload = { name: "node/web-1", sub: pair.getPublicKey(), exp: 20, iat: 10, nats: {} };
const jwt = `eyJh.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.c2ln`;

test("a file of credentials holds what was put into it, also with other tools' remarks and line ends", () => {
  const text = formatCreds({ seed, jwt });
  assert.ok(isCreds(text));
  assert.deepEqual(parseCreds(text), { seed, jwt });
  const other = text
    .replaceAll("\n", "\r\n")
    .replace("-----BEGIN USER", "*** IMPORTANT: keep it ***\r\n-----BEGIN USER");
  assert.deepEqual(parseCreds(other), { seed, jwt });
});

test("what is no file of credentials is refused without showing it", () => {
  for (const text of ["", "{}", formatCreds({ seed: "SUSHORT", jwt }), formatCreds({ seed, jwt }).slice(0, 60)]) {
    assert.throws(() => parseCreds(text), { code: "invalid_config", message: /^(?!.*SU).*$/ });
  }
});

test("a user JWT says whose it is and when it ends", () => {
  const publicKey = pair.getPublicKey();
  assert.deepEqual(readUserJwt(jwt), { name: "node/web-1", publicKey, expiresAtS: 20, issuedAtS: 10 });
  for (const bad of ["", "a.b.c", `a.${Buffer.from("{}").toString("base64url")}.c`]) {
    assert.throws(() => readUserJwt(bad), { code: "invalid_config" });
  }
});
