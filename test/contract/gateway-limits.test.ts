/** Limits over several gateways on a real server, load shedding, and what they say to callers. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Gateway } from "@troupe/gateway";
import { type Clock, systemClock } from "@troupe/runtime";
import { directGetAll } from "@troupe/runtime/internal";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";
import { call, makeKey } from "../support/gateway-callers.ts";
import { until } from "../support/stack.ts";

let bed: GatewayBed;
before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
});
after(() => bed[Symbol.asyncDispose]());

/** Wall time that stands still, so that no window ends within a test. */
const clock: Clock = { ...systemClock, nowMs: () => STANDING_MS };
const STANDING_MS = Math.floor(Date.now() / 300_000) * 300_000 + 10_000;

const twoGateways = async (limits: object, auth: object = {}): Promise<readonly [Gateway, Gateway]> => [
  await bed.gateway({ auth, limits, clock }),
  await bed.gateway({ auth, limits, clock }),
];
const models = ({ url }: Gateway, key?: string) => call(url, "GET", "/v1/models", { key });
/** Makes a key, and waits until the gateways know it by one that was made after it. */
async function knownKey(gateways: readonly Gateway[], tenant: string, user: string): Promise<string> {
  const { text } = await makeKey(bed, tenant, ["user"], { user });
  const probe = await makeKey(bed, `probe of ${user}`, ["user"], { user: `probe of ${user}` });
  for (const gateway of gateways) {
    await until("the key is known", 15_000, async () => (await models(gateway, probe.text)).status === 200);
  }
  return text;
}

test("a user's quota holds over two gateways, and both say what is left", async () => {
  const gateways = await twoGateways({ userPerMinute: 40 });
  const key = await knownKey(gateways, "acme", "ann");
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => models(gateways[n % 2 === 0 ? 0 : 1], key)));
  const allowed = answers.filter(({ status }) => status === 200).length;
  assert.ok(allowed >= 30 && allowed <= 42, `${allowed} of 40`);
  const refused = answers.find(({ status }) => status === 429) ?? assert.fail();
  assert.equal(refused.body.code, "rate_limited");
  assert.equal((refused.body["error"] as { type: string }).type, "rate_limit_error");
  assert.ok(Number(refused.headers.get("retry-after")) >= 1);
  assert.match(refused.headers.get("ratelimit") ?? "", /^"user";r=0;t=50$/);
  const served = answers.find(({ status }) => status === 200) ?? assert.fail();
  assert.equal(served.headers.get("ratelimit-policy"), '"user";q=40;w=60, "tenant";q=1000;w=60');
  assert.match(served.headers.get("ratelimit") ?? "", /^"user";r=\d+;t=50, "tenant";r=\d+;t=50$/);
});

test("keys of one user share its quota, users of one tenant share the tenant's, others have their own", async () => {
  const gateways = await twoGateways({ userPerMinute: 10, tenantPerMinute: 15 });
  const [first] = gateways;
  const keys = [await knownKey(gateways, "hooli", "bob"), await knownKey(gateways, "hooli", "bob")];
  let ofBob = 0;
  for (let n = 0; n < 20; n++) if ((await models(first, keys[n % 2])).status === 200) ofBob++;
  assert.equal(ofBob, 10);
  const other = await knownKey(gateways, "hooli", "carl");
  let ofCarl = 0;
  for (let n = 0; n < 10; n++) if ((await models(first, other)).status === 200) ofCarl++;
  assert.ok(ofCarl >= 4 && ofCarl <= 6, `${ofCarl}: the tenant has 15, and bob's refused requests do not count`);
  assert.equal((await models(first, await knownKey(gateways, "initech", "bob"))).status, 200);
});

test("callers without credentials may talk to agents where they are let in, ten times a minute an address, and no more", async () => {
  const [gateway] = await twoGateways({}, { letsAnonymousIn: true });
  assert.equal((await call(gateway.url, "GET", "/api/v1/tasks")).status, 403);
  assert.equal(
    (await call(gateway.url, "POST", "/api/v1/tasks", { body: { role: "router", input: "x" } })).status,
    403,
  );
  const run = () => call(gateway.url, "POST", "/agent/run/async", { body: { task: "x" } });
  const statuses = [];
  for (let n = 0; n < 12; n++) statuses.push((await run()).status);
  assert.equal(statuses.filter((status) => status === 202).length, 8, statuses.join());
  assert.deepEqual(statuses.slice(-2), [429, 429]);
  // A header that anybody can write is not an address.
  const dodged = await call(gateway.url, "POST", "/agent/run/async", {
    body: { task: "x" },
    headers: { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9", "x-real-ip": "203.0.113.9" },
  });
  assert.equal(dodged.status, 429);
});

test("callers without credentials are walled off by their address", async () => {
  const own = await bed.gateway({
    auth: { letsAnonymousIn: true },
    limits: { anonymousPerMinute: 100 },
    trustedProxies: ["127.0.0.1"],
    clock,
  });
  const run = (address: string, task: string) =>
    call(own.url, "POST", "/agent/run/async", {
      body: { task },
      headers: { "x-forwarded-for": address, "idempotency-key": "one" },
    });
  const [ours, theirs] = [await run("198.51.100.1", "x"), await run("198.51.100.2", "y")];
  assert.deepEqual([ours.status, theirs.status], [202, 202], "a key that somebody else used is free");
  const read = (address: string) =>
    call(own.url, "GET", `/agent/result/${ours.body.task_id}`, { headers: { "x-forwarded-for": address } });
  assert.deepEqual([(await read("198.51.100.1")).status, (await read("198.51.100.2")).status], [200, 404]);
  // Others share the address: what nobody was told the id of is shown to nobody.
  const headers = { "a2a-version": "1.0", "x-forwarded-for": "198.51.100.1" };
  const listed = await call(own.url, "GET", "/a2a/router/tasks", { headers });
  assert.deepEqual([listed.status, listed.text.includes("PERMISSION_DENIED")], [403, true], listed.text);
  const body = { jsonrpc: "2.0", id: 1, method: "ListTasks", params: {} };
  const asked = await call(own.url, "POST", "/a2a/router", { headers, body });
  assert.match(asked.text, /"error":.*"forbidden"/);
});

test("behind a trusted proxy each of its clients is counted", async () => {
  const own = await bed.gateway({
    auth: { letsAnonymousIn: true },
    limits: { anonymousPerMinute: 1 },
    trustedProxies: ["127.0.0.1"],
    clock,
  });
  const from = (address: string) => call(own.url, "GET", "/v1/models", { headers: { "x-forwarded-for": address } });
  assert.equal((await from("198.51.100.1")).status, 200);
  assert.equal((await from("198.51.100.1")).status, 429);
  assert.equal((await from("198.51.100.2")).status, 200);
  assert.equal((await from("198.51.100.77, 198.51.100.2")).status, 429, "what a client puts before it does not count");
});

test("too many failed attempts to sign in close an address to wrong keys at every gateway, and to no good one", async () => {
  const gateways = await twoGateways({}, { failuresAllowed: 5 });
  const [first, second] = gateways;
  const key = await knownKey(gateways, "acme", "dora");
  const statuses = [];
  for (let n = 0; n < 7; n++) statuses.push((await models(first, `troupe_wrong${n}`)).status);
  assert.equal(statuses[0], 401);
  assert.equal(statuses.at(-1), 429);
  await until(
    "the other gateway hears of it",
    5_000,
    async () => (await models(second, "troupe_wrong")).status === 429,
  );
  for (const gateway of gateways) assert.equal((await models(gateway, key)).status, 200);
  assert.equal((await models(second, "troupe_wrong")).status, 429, "still closed to wrong ones");
  const filter = bed.subjects.auditEntry("gateway");
  await until("the audit has it", 15_000, async () => {
    const entries = await directGetAll(bed.core, bed.subjects.stream("AUDIT"), { filter });
    return entries.filter(({ body }) => Buffer.from(body).includes("login_failed")).length >= 5;
  });
});

test("a user's open streams are limited, and a gateway that has too many of all turns requests away but answers probes", async () => {
  const own = await bed.gateway({ auth: {}, limits: { openRequests: 2 }, loadLimits: { openRequests: 3 }, clock });
  const [key, other] = [await knownKey([own], "acme", "eve"), await knownKey([own], "acme", "fred")];
  const { body } = await call(own.url, "POST", "/api/v1/tasks", { key, body: { role: "router", input: "x" } });
  const open = new AbortController();
  const stream = async (bearer: string) => {
    const answer = await fetch(`${own.url}/api/v1/tasks/${body.task_id}/events`, {
      headers: { authorization: `Bearer ${bearer}` },
      signal: open.signal,
    });
    return answer.status;
  };
  assert.deepEqual([await stream(key), await stream(key), await stream(key)], [200, 200, 429]);
  assert.equal(await stream(other), 200);
  const shed = await models(own, other);
  assert.deepEqual([shed.status, shed.body.code], [503, "shedding_load"]);
  assert.ok(Number(shed.headers.get("retry-after")) >= 1);
  for (const path of ["/livez", "/readyz"]) assert.equal((await call(own.url, "GET", path)).status, 200);
  open.abort();
  await until("there is room again", 15_000, async () => (await models(own, other)).status === 200);
});

test("credentials and limits keep a request for moments only", async (context) => {
  const own = await bed.gateway({ auth: {}, limits: { userPerMinute: 100_000, tenantPerMinute: 100_000 }, clock });
  const key = await knownKey([own], "acme", "gus");
  for (let n = 0; n < 500; n++) assert.equal((await models(own, key)).status, 200);
  const { count, p50Ms, p99Ms } = own.guardTiming();
  assert.ok(count >= 500);
  context.diagnostic(`${count} requests: p50 ${p50Ms.toFixed(3)} ms, p99 ${p99Ms.toFixed(3)} ms`);
});
