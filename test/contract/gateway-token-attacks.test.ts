/** Tokens that somebody forged, bent or kept (RFC 8725): none of them signs anybody in, and none makes the gateway ask anybody. */
import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { Gateway } from "@troupe/gateway";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";
import { call } from "../support/gateway-callers.ts";
import { type Signing, token } from "../support/json-web-token.ts";

const ISSUER = "https://issuer.example";
const AUDIENCE = "troupe-test";
const SECRET = "a secret of the test, long enough for HS256";
const LIMITS = { userPerMinute: 100_000, tenantPerMinute: 100_000 };

let bed: GatewayBed;
let byKey: Gateway;
let bySecret: Gateway;
let asked = 0;
let foreign: Server;
let foreignUrl: string;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const attacker = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const spki = (key: KeyObject): string => key.export({ type: "spki", format: "pem" });

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  const expected = { issuer: ISSUER, audience: AUDIENCE };
  const pem = spki(rsa.publicKey);
  // Attacks fail by the hundred here; the throttle has a test of its own.
  const failuresAllowed = 100_000;
  byKey = await bed.gateway({
    auth: { jwt: { ...expected, keys: { kind: "public_key", pem, algorithm: "RS256" } }, failuresAllowed },
    limits: LIMITS,
  });
  bySecret = await bed.gateway({
    auth: { jwt: { ...expected, keys: { kind: "secret", secret: SECRET } }, failuresAllowed },
    limits: LIMITS,
  });
  foreign = createServer((_request, response) => {
    asked++;
    const jwk = { ...createPublicKey(attacker.privateKey).export({ format: "jwk" }), kid: "evil", alg: "RS256" };
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
  foreignUrl = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/keys`;
});
after(async () => {
  await bed[Symbol.asyncDispose]();
  await new Promise((resolve) => foreign.close(resolve));
});

const nowS = () => Math.floor(Date.now() / 1_000);
const claims = (change: object = {}) => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: "ann",
  tenant: "acme",
  roles: ["admin"],
  exp: nowS() + 60,
  ...change,
});
const RS256 = { alg: "RS256", typ: "JWT" };
const HS256 = { alg: "HS256", typ: "JWT" };
const OURS: Signing = { key: rsa.privateKey };
const statusOf = async (gateway: Gateway, key: string) =>
  (await call(gateway.url, "GET", "/v1/models", { key })).status;

test("the tokens that the attacks start from are good ones", async () => {
  assert.equal(await statusOf(byKey, token(RS256, claims(), OURS)), 200);
  assert.equal(await statusOf(byKey, token({ alg: "RS256" }, claims({ aud: ["other", AUDIENCE] }), OURS)), 200);
  assert.equal(await statusOf(bySecret, token(HS256, claims(), { secret: SECRET })), 200);
});

test("tokens without a signature, with somebody else's, or with the public key as a secret are refused", async () => {
  const good = token(RS256, claims(), OURS);
  const [header = "", payload = "", signature = ""] = good.split(".");
  const flipped = Buffer.from(signature, "base64url");
  flipped[10] = (flipped[10] ?? 0) ^ 1;
  const forged: Record<string, string> = {
    "no signature, alg none": token({ alg: "none" }, claims(), { signature: "" }),
    "alg None": token({ alg: "None" }, claims(), { signature: "" }),
    "alg nOnE with the good signature": token({ alg: "nOnE" }, claims(), { signature }),
    "no alg": token({ typ: "JWT" }, claims(), OURS),
    "alg is a list": token({ alg: ["RS256"] }, claims(), OURS),
    "signature left out": `${header}.${payload}.`,
    "two parts": `${header}.${payload}`,
    "signature of zeros": `${header}.${payload}.${Buffer.alloc(256).toString("base64url")}`,
    "one bit flipped": `${header}.${payload}.${flipped.toString("base64url")}`,
    "signed by a stranger": token(RS256, claims(), { key: attacker.privateKey }),
    "HS256 with the PEM as secret": token(HS256, claims(), { secret: spki(rsa.publicKey) }),
    "HS256 with the PEM, trimmed": token(HS256, claims(), { secret: spki(rsa.publicKey).trim() }),
    "HS256 with the DER": token(HS256, claims(), { secret: rsa.publicKey.export({ type: "spki", format: "der" }) }),
    "HS256 with the modulus": token(HS256, claims(), { secret: String(rsa.publicKey.export({ format: "jwk" }).n) }),
    "RS512 said, RS256 signed": token({ alg: "RS512" }, claims(), OURS),
    "another payload under a good signature": `${header}.${Buffer.from(JSON.stringify(claims({ sub: "root" }))).toString("base64url")}.${signature}`,
    "a fourth part": `${good}.e30`,
    "an encrypted token's five parts": `${header}.e30.e30.e30.e30`,
    "white space inside": `${header}. ${payload}.${signature}`,
  };
  for (const [what, bearer] of Object.entries(forged)) assert.equal(await statusOf(byKey, bearer), 401, what);
  const bySecretForged: Record<string, string> = {
    "alg none": token({ alg: "none" }, claims(), { signature: "" }),
    "an empty secret": token(HS256, claims(), { secret: "" }),
    "a usual secret": token(HS256, claims(), { secret: "secret" }),
    "RS256 by a stranger": token(RS256, claims(), { key: attacker.privateKey }),
    "HS384 said": token({ alg: "HS384" }, claims(), { secret: SECRET }),
  };
  for (const [what, bearer] of Object.entries(bySecretForged))
    assert.equal(await statusOf(bySecret, bearer), 401, what);
});

test("a key that the token brings or names is no key, and nobody is asked for it", async () => {
  const jwk = createPublicKey(attacker.privateKey).export({ format: "jwk" });
  const evil: Signing = { key: attacker.privateKey };
  const headers: object[] = [
    { ...RS256, jwk },
    { ...RS256, jku: foreignUrl, kid: "evil" },
    { ...RS256, x5u: foreignUrl },
    { ...RS256, x5c: ["MIIB"] },
    { ...RS256, kid: foreignUrl },
    { ...RS256, kid: "../../../../dev/null" },
    { ...RS256, kid: "x' UNION SELECT 'key" },
    { ...RS256, kid: { $ne: null } },
  ];
  for (const header of headers) {
    assert.equal(await statusOf(byKey, token(header, claims(), evil)), 401, JSON.stringify(header).slice(0, 60));
  }
  for (const header of headers.slice(0, 4)) {
    assert.equal(await statusOf(byKey, token(header, claims(), OURS)), 401, "even under a good signature");
  }
  assert.equal(asked, 0);
});

test("tokens that are late, early, of others or for others are refused", async () => {
  const wrong: Record<string, object> = {
    "expired beyond the tolerance": { exp: nowS() - 31 },
    "without an end": { exp: undefined },
    "an end that is no number": { exp: "tomorrow" },
    "not valid yet": { nbf: nowS() + 120 },
    "another issuer": { iss: "https://evil.example" },
    "an issuer like ours": { iss: `${ISSUER}/` },
    "a list of issuers": { iss: [ISSUER, "https://evil.example"] },
    "another audience": { aud: "other" },
    "no audience": { aud: undefined },
    "an audience like ours": { aud: `${AUDIENCE}-2` },
    "no subject": { sub: undefined },
    "an empty subject": { sub: "" },
    "a subject that is no text": { sub: { name: "ann" } },
    "no tenant": { tenant: undefined },
    "a tenant with a line end": { tenant: "acme\nglobex" },
    "a tenant that is a list": { tenant: ["acme", "globex"] },
    "roles that are no words": { roles: { admin: true } },
  };
  for (const [what, change] of Object.entries(wrong)) {
    assert.equal(await statusOf(byKey, token(RS256, claims(change), OURS)), 401, what);
  }
  assert.equal(await statusOf(byKey, token(RS256, claims({ exp: nowS() - 5 }), OURS)), 200, "within the tolerance");
});

test("claims from an object's own machinery give nothing", async () => {
  for (const payload of [
    `{"__proto__":{"roles":["admin"],"tenant":"acme"},"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"a","exp":${nowS() + 60}}`,
    `{"constructor":{"prototype":{"tenant":"acme"}},"iss":"${ISSUER}","aud":"${AUDIENCE}","sub":"a","exp":${nowS() + 60}}`,
  ]) {
    assert.equal(await statusOf(byKey, token(RS256, payload, OURS)), 401, payload.slice(0, 20));
  }
  const noRole = token(RS256, claims({ roles: ["constructor", "__proto__", "toString", "ADMIN", "admin "] }), OURS);
  assert.equal(await statusOf(byKey, noRole), 403, "a role that is none stands for nothing");
});

test("critical headers, other types and bodies that are no claims are refused", async () => {
  const headers: object[] = [
    { ...RS256, crit: ["exp"], exp: nowS() },
    { ...RS256, crit: ["b64"], b64: false },
    { ...RS256, crit: [] },
    { ...RS256, typ: "secevent+jwt" },
    { ...RS256, zip: "DEF", crit: ["zip"] },
  ];
  for (const header of headers) {
    assert.equal(await statusOf(byKey, token(header, claims(), OURS)), 401, JSON.stringify(header));
  }
  for (const payload of ["not json", "[]", '"text"', "null", "5", ""]) {
    assert.equal(await statusOf(byKey, token(RS256, payload, OURS)), 401, payload);
  }
  assert.equal(
    await statusOf(byKey, token({ ...RS256, typ: "at+jwt" }, claims(), OURS)),
    200,
    "an access token is one",
  );
});

test("huge and malformed credentials cost a refusal each", async () => {
  const raw = async (authorization: string) =>
    (await call(byKey.url, "GET", "/v1/models", { headers: { authorization } })).status;
  for (const text of [
    "Bearer",
    "Bearer  ",
    "Basic YWRtaW46YWRtaW4=",
    "Bearer a b",
    "bearer: x",
    `Bearer ${".".repeat(3_000)}`,
  ]) {
    assert.equal(await raw(text), 401, text.slice(0, 30));
  }
  assert.equal(
    await raw(`Bearer ${token(RS256, claims({ pad: "x".repeat(7_000) }), OURS)}`),
    401,
    "longer than any token",
  );
  assert.equal(await raw(`Bearer ${"A".repeat(40_000)}`), 431, "longer than any header");
  assert.equal(await statusOf(byKey, token(RS256, claims(), OURS)), 200, "and the gateway goes on");
});

test("every refusal reads the same", async () => {
  const texts = new Set<string>();
  for (const key of [
    token({ alg: "none" }, claims(), { signature: "" }),
    token(RS256, claims({ exp: 1 }), OURS),
    token(RS256, claims({ aud: "other" }), OURS),
    "troupe_aaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "nonsense",
  ]) {
    texts.add((await call(byKey.url, "GET", "/v1/models", { key })).text.replace(/urn:troupe:request:[^"]+/, ""));
  }
  assert.equal(texts.size, 1);
});
