/** Keys of an issuer that serves them as a set (JWKS): found, rotated, and asked for seldom. */
import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";
import { call } from "../support/gateway-callers.ts";
import { token } from "../support/json-web-token.ts";
import { until } from "../support/stack.ts";

const ISSUER = "https://issuer.example";
const AUDIENCE = "troupe-test";
const LIMITS = { userPerMinute: 100_000, tenantPerMinute: 100_000 };
const claims = () => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: "ann",
  tenant: "acme",
  roles: ["user"],
  exp: Math.floor(Date.now() / 1_000) + 60,
});

let bed: GatewayBed;
before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
});
after(() => bed[Symbol.asyncDispose]());

test("keys of an issuer are taken from its key set, and a new one is found when a token names it", async () => {
  const issuer = await startIssuer();
  try {
    const first = issuer.add("k1", "rsa");
    const keySet = { kind: "jwks", url: issuer.url, refetchMs: 200 } as const;
    const own = await bed.gateway({
      auth: { jwt: { keys: keySet, issuer: ISSUER, audience: AUDIENCE } },
      limits: LIMITS,
    });
    const list = async (kid: string, key: KeyObject) =>
      (await call(own.url, "GET", "/v1/models", { key: token({ alg: "RS256", kid }, claims(), { key }) })).status;
    await until("the key is fetched", 20_000, async () => (await list("k1", first)) === 200);
    const second = issuer.add("k2", "rsa");
    await until("the new key is fetched", 20_000, async () => (await list("k2", second)) === 200);
    assert.equal(await list("k1", first), 200);
    const asked = issuer.asked();
    const stranger = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
    for (const kid of ["k1", "k2"]) assert.equal(await list(kid, stranger), 401, kid);
    assert.equal(issuer.asked(), asked, "a key that is known is not asked for again");
  } finally {
    await issuer.close();
  }
});

test("key ids that nobody knows make one question in a while, not one each", async () => {
  const issuer = await startIssuer();
  try {
    issuer.add("k1", "rsa");
    const keySet = { kind: "jwks", url: issuer.url } as const;
    const auth = { jwt: { keys: keySet, issuer: ISSUER, audience: AUDIENCE }, failuresAllowed: 1_000 };
    const own = await bed.gateway({ auth, limits: LIMITS });
    const stranger = generateKeyPairSync("ed25519").privateKey;
    for (const kid of ["k9", "../../etc/passwd", "' OR 1=1", "__proto__", ...Array.from({ length: 20 }, String)]) {
      const forged = token({ alg: "EdDSA", kid }, claims(), { key: stranger });
      const { status } = await call(own.url, "GET", "/v1/models", { key: forged });
      assert.ok(status === 401 || status === 503, `${kid}: ${status}`);
    }
    assert.ok(issuer.asked() <= 2, String(issuer.asked()));
  } finally {
    await issuer.close();
  }
});

test("while the issuer is away nothing is said of a token, and what it served before holds", async () => {
  const issuer = await startIssuer();
  const key = issuer.add("k1", "rsa");
  const auth = { jwt: { keys: { kind: "jwks", url: issuer.url } as const, issuer: ISSUER, audience: AUDIENCE } };
  const knows = await bed.gateway({ auth, limits: LIMITS });
  const bearer = () => token({ alg: "RS256", kid: "k1" }, claims(), { key });
  const statusAt = async (url: string) => (await call(url, "GET", "/v1/models", { key: bearer() })).status;
  await until("the key is fetched", 20_000, async () => (await statusAt(knows.url)) === 200);
  await issuer.close();
  assert.equal(await statusAt(knows.url), 200);
  const blind = await bed.gateway({ auth, limits: LIMITS });
  assert.equal(await statusAt(blind.url), 503);
});

async function startIssuer() {
  const set: Record<string, unknown>[] = [];
  let asked = 0;
  const server: Server = createServer((_request, response) => {
    asked++;
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: set }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/jwks`,
    asked: () => asked,
    add: (kid: string, kind: "rsa") => {
      const { privateKey } = generateKeyPairSync(kind, { modulusLength: 2_048 });
      set.push({ ...createPublicKey(privateKey).export({ format: "jwk" }), kid, use: "sig", alg: "RS256" });
      return privateKey;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
