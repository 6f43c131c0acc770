/** Signing in over HTTP on a real server: API keys, tokens, the matrix, and the walls between tenants. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Gateway } from "@troupe/gateway";
import { ACCESS_ROLE_NAMES, ACCESS_ROLES, type AccessRole, OPERATIONS } from "@troupe/gateway/internal";
import { directGetAll } from "@troupe/runtime/internal";
import OpenAI from "openai";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { call, keysOf, makeKey } from "../support/gateway-callers.ts";
import { token } from "../support/json-web-token.ts";
import { exchange, statusesIn } from "../support/raw-http.ts";
import { until } from "../support/stack.ts";

const SECRET = "a secret of the test, long enough for HS256";
const ISSUER = "https://issuer.example";
const AUDIENCE = "troupe-test";
const LIMITS = { userPerMinute: 100_000, tenantPerMinute: 100_000 };

let bed: GatewayBed;
let gateway: Gateway;
const keys = new Map<string, string>();
const keyOf = (tenant: string, role: AccessRole): string => keys.get(`${tenant} ${role}`) ?? assert.fail();

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  for (const tenant of ["acme", "globex"]) {
    for (const role of ACCESS_ROLE_NAMES) keys.set(`${tenant} ${role}`, (await makeKey(bed, tenant, [role])).text);
  }
  const jwt = { keys: { kind: "secret", secret: SECRET }, issuer: ISSUER, audience: AUDIENCE } as const;
  gateway = await bed.gateway({ auth: { jwt }, limits: LIMITS });
});
after(() => bed[Symbol.asyncDispose]());

const submit = (key: string | undefined, headers?: Record<string, string>) =>
  call(gateway.url, "POST", "/api/v1/tasks", {
    key,
    body: { role: "router", input: "x" },
    ...(headers && { headers }),
  });
const pathOf = (path: string, id: string) =>
  path.replace("{role}", "router").replace("{id}", id).replace("{config}", "default");
const nowS = () => Math.floor(Date.now() / 1_000);
const claims = (change: object = {}) => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: "ann",
  tenant: "acme",
  roles: ["user"],
  exp: nowS() + 60,
  ...change,
});
const HS256 = { alg: "HS256", typ: "JWT" };

test("without credentials everything but the probes and the document is refused, with a challenge", async () => {
  const refused = await submit(undefined);
  assert.deepEqual([refused.status, refused.body.code], [401, "unauthorized"]);
  assert.match(refused.headers.get("www-authenticate") ?? "", /^Bearer/);
  for (const { method, path, permission } of OPERATIONS) {
    const answer = await call(gateway.url, method, pathOf(path, "x"), method === "GET" ? {} : { body: {} });
    assert.equal(answer.status === 401, permission !== "public", `${method} ${path}: ${answer.status}`);
  }
  assert.equal((await call(gateway.url, "GET", "/openapi.json")).status, 200);
});

test("a path that is written otherwise, another method or another protocol is no way around signing in", async () => {
  const { host } = new URL(gateway.url);
  const close = `Host: ${host}\r\nConnection: close\r\n`;
  const requests: readonly string[] = [
    ...[
      "//v1/models",
      "/livez/../v1/models",
      "/livez/%2e%2e/v1/models",
      "/V1/MODELS",
      "/v1/models/",
      "/v1/%6dodels",
    ].map((path) => `GET ${path} HTTP/1.1\r\n${close}\r\n`),
    `GET /v1/models;/livez HTTP/1.1\r\n${close}\r\n`,
    `GET /v1/models?/livez HTTP/1.1\r\n${close}\r\n`,
    `GET http://${host}/v1/models HTTP/1.1\r\n${close}\r\n`,
    ...["HEAD", "TRACE", "QUERY", "PROPFIND"].map((method) => `${method} /v1/models HTTP/1.1\r\n${close}\r\n`),
    `POST /livez HTTP/1.1\r\n${close}X-HTTP-Method-Override: GET\r\nX-Original-URL: /v1/models\r\nContent-Length: 0\r\n\r\n`,
    `GET /v1/models HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`,
    `GET /v1/models HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    `POST /api/v1/tasks HTTP/1.1\r\n${close}Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n0\r\nAuthorization: Bearer ${keyOf("acme", "admin")}\r\n\r\n`,
  ];
  const answers = await Promise.all(requests.map((request) => exchange(gateway.url, request)));
  for (const [n, answer] of answers.entries()) {
    const statuses = statusesIn(answer);
    // A tunnel is not even answered.
    assert.ok(statuses.length === 1 || requests[n]?.startsWith("CONNECT"), `${requests[n]}: ${answer}`);
    assert.ok(
      statuses.every((status) => [400, 401, 404, 405].includes(status)),
      `${requests[n]}: ${answer}`,
    );
    assert.ok(!answer.includes('"object":"list"') && !answer.includes("task_id"), `${requests[n]}: ${answer}`);
  }
});

test("a key is taken as bearer token and as X-API-Key, and two that differ are refused", async () => {
  const key = keyOf("acme", "user");
  assert.equal((await submit(key)).status, 202);
  assert.equal((await submit(undefined, { "x-api-key": key })).status, 202);
  assert.equal((await submit(key, { "x-api-key": keyOf("globex", "user") })).status, 401);
});

test("a key that is new, revoked, expired or wrong is known for what it is without a restart", async () => {
  const { text, row } = await makeKey(bed, "acme", ["user"]);
  await until("the key is known", 15_000, async () => (await submit(text)).status === 202);
  const wrong = `${text.slice(0, -1)}${text.endsWith("A") ? "B" : "A"}`;
  assert.equal((await submit(wrong)).status, 401);
  const stored = await keysOf(bed).get(row.id);
  await keysOf(bed).update(row.id, { ...row, revokedAt: new Date().toISOString() }, stored?.revision ?? 0);
  await until("it is revoked", 15_000, async () => (await submit(text)).status === 401);
  const old = await makeKey(bed, "acme", ["user"], { expiresAt: "2020-01-01T00:00:00.000Z" });
  const fresh = await makeKey(bed, "acme", ["user"]);
  await until("both are known", 15_000, async () => (await submit(fresh.text)).status === 202);
  assert.equal((await submit(old.text)).status, 401);
});

test("a stream does not outlive the credentials that it was opened with", async () => {
  const { text, row } = await makeKey(bed, "acme", ["user"]);
  await until("the key is known", 15_000, async () => (await submit(text)).status === 202);
  const task = (await submit(text)).body.task_id ?? assert.fail();
  const open = async (bearer: string) => {
    const answer = await fetch(`${gateway.url}/api/v1/tasks/${task}/events`, {
      headers: { authorization: `Bearer ${bearer}` },
    });
    assert.equal(answer.status, 200);
    return answer;
  };
  const [byKey, byToken] = [
    await open(text),
    await open(token(HS256, claims({ exp: nowS() + 2 }), { secret: SECRET })),
  ];
  const stored = await keysOf(bed).get(row.id);
  await keysOf(bed).update(row.id, { ...row, revokedAt: new Date().toISOString() }, stored?.revision ?? 0);
  // Cut off, not ended: an end would say that the task had ended.
  await assert.rejects(byKey.text(), /terminated/);
  await assert.rejects(byToken.text(), /terminated/);
});

test("a stream goes on at another gateway under the same credentials, and for no other tenant", async () => {
  const task = (await submit(keyOf("acme", "user"))).body.task_id ?? assert.fail();
  await bed.write(task, hopOf(1), "router", "s.step.1", writtenBy("n1"), 1);
  const first = await bed.gateway({ auth: {}, limits: LIMITS });
  const read = (url: string, role: AccessRole, tenant: string, lastEventId?: string) =>
    fetch(`${url}/api/v1/tasks/${task}/events`, {
      headers: {
        authorization: `Bearer ${keyOf(tenant, role)}`,
        ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
      },
    });
  const begun = await read(first.url, "viewer", "acme");
  const text = begun.text();
  await until("the stream has begun", 15_000, async () => begun.status === 200);
  await first.stop();
  const ids = [...(await text).matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  await bed.done(task);
  assert.equal((await read(gateway.url, "viewer", "globex", String(ids.at(-1) ?? 0))).status, 404);
  const rest = await read(gateway.url, "user", "acme", String(ids.at(-1) ?? 0));
  const later = [...(await rest.text()).matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  assert.ok(later.length > 0 && later.every((id) => id > (ids.at(-1) ?? 0)), `${ids.join()} then ${later.join()}`);
});

const client = (apiKey: string) => new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });

test("OpenAI's own package signs in with a key as its apiKey, and raises its own errors when it may not", async () => {
  const { data } = await client(keyOf("acme", "user")).models.list();
  assert.ok(data.some(({ id }) => id === "router"));
  await assert.rejects(client("troupe_wrong").models.list(), OpenAI.AuthenticationError);
  await assert.rejects(client(keyOf("acme", "viewer")).models.list(), (error) => {
    assert.ok(error instanceof OpenAI.PermissionDeniedError);
    assert.equal(error.code, "forbidden");
    return true;
  });
});

test("a token of the issuer is taken, with the tenant, user and roles that it names", async () => {
  const bearer = token(HS256, claims(), { secret: SECRET });
  const { body, status } = await submit(bearer);
  assert.equal(status, 202);
  const start = await bed.started(body.task_id ?? "");
  assert.deepEqual([start?.header?.passport?.tenant, start?.header?.origin?.user], ["acme", "ann"]);
  const viewer = token(HS256, claims({ roles: "viewer" }), { secret: SECRET });
  assert.equal((await submit(viewer)).status, 403);
  const scoped = token(HS256, claims({ roles: [], scope: "task:submit other" }), { secret: SECRET });
  assert.equal((await submit(scoped)).status, 202);
});

test("the matrix holds for every operation and every access role", async () => {
  for (const role of ACCESS_ROLE_NAMES) {
    const permissions: readonly string[] = ACCESS_ROLES[role];
    for (const { method, path, permission } of OPERATIONS) {
      if (permission === "public") continue;
      const key = keyOf("acme", role);
      const answer = await call(gateway.url, method, pathOf(path, "x"), {
        key,
        ...(method === "GET" ? {} : { body: {} }),
      });
      const isRefused = answer.status === 403 && answer.text.includes(`"code":"forbidden"`);
      assert.equal(isRefused, !permissions.includes(permission), `${role}: ${method} ${path}: ${answer.status}`);
      assert.ok(answer.status !== 401 && answer.status !== 500, `${role}: ${method} ${path}: ${answer.status}`);
    }
  }
});

/** The dead-letter desk is the supervisor's, and there is none here: dead-letters.test.ts looks at its walls. */
const isDesk = (path: string) => path.startsWith("/api/v1/dead-letters/");

test("another tenant's task is one that is not there, for every operation on it and every role", async () => {
  const { body } = await submit(keyOf("acme", "user"));
  const task = body.task_id ?? assert.fail();
  const absent = `${task.slice(0, -6)}000000`;
  const others: readonly string[] = ["/v1/models/{id}", "/api/v1/operations/{id}"];
  const onTask = OPERATIONS.filter(({ path }) => path.includes("{id}") && !others.includes(path) && !isDesk(path));
  assert.ok(onTask.length >= 8);
  for (const role of ACCESS_ROLE_NAMES) {
    for (const { method, path, permission, example } of onTask) {
      if (!ACCESS_ROLES[role].some((one) => one === permission)) continue;
      const key = keyOf("globex", role);
      const ask = (id: string) =>
        call(gateway.url, method, pathOf(path, path.startsWith("/v1/responses") ? `resp_${id}` : id), {
          key,
          headers: { "a2a-version": "1.0" },
          ...(method === "GET" ? {} : { body: example ?? {} }),
        });
      const [theirs, none] = [await ask(task), await ask(absent)];
      const same = (text: string) =>
        text
          .replaceAll(task, "ID")
          .replaceAll(absent, "ID")
          .replaceAll(/request:[^"]+/g, "");
      assert.equal(theirs.status, 404, `${role}: ${method} ${path}`);
      assert.equal(same(theirs.text), same(none.text), `${role}: ${method} ${path}`);
    }
  }
  const own = await call(gateway.url, "GET", `/api/v1/tasks/${task}`, { key: keyOf("acme", "user") });
  assert.equal(own.status, 200, "and none of it changed the task");
  assert.notEqual(own.body["status"], "cancelled");
});

test("a task that was cancelled before it started is still its owner's, and nobody else's", async () => {
  await using own = await startGatewayBed();
  await own.deploy("v1", { inFlight: 1 });
  const [ann, eve] = [await makeKey(own, "acme", ["user"]), await makeKey(own, "globex", ["user"])];
  const { url } = await own.gateway({ auth: {}, limits: LIMITS });
  const send = () => call(url, "POST", "/api/v1/tasks", { key: ann.text, body: { role: "router", input: "x" } });
  const [first, second] = [(await send()).body.task_id ?? "", (await send()).body.task_id ?? ""];
  assert.equal(await own.started(second), undefined);
  assert.equal((await call(url, "POST", `/api/v1/tasks/${second}/cancel`, { key: eve.text })).status, 404);
  assert.equal((await call(url, "POST", `/api/v1/tasks/${second}/cancel`, { key: ann.text })).status, 200);
  await own.done(first);
  const waiting = () => directGetAll(own.core, own.subjects.stream("INGRESS"), { filter: "demo.ingress.>" });
  await until("it has left the ingress", 15_000, async () => (await waiting()).length === 0);
  const seen = await call(url, "GET", `/api/v1/tasks/${second}`, { key: ann.text });
  assert.deepEqual([seen.status, seen.body["status"]], [200, "cancelled"]);
  assert.equal((await call(url, "GET", `/api/v1/tasks/${second}`, { key: eve.text })).status, 404);
});

test("tenants cannot meet in idempotency keys, sessions and earlier responses", async () => {
  const headers = { "idempotency-key": "one-key" };
  const [ours, theirs] = [await submit(keyOf("acme", "user"), headers), await submit(keyOf("globex", "user"), headers)];
  assert.deepEqual([ours.status, theirs.status], [202, 202]);
  assert.notEqual(ours.body.task_id, theirs.body.task_id);
  assert.equal((await submit(keyOf("acme", "user"), headers)).body.task_id, ours.body.task_id);
  const inSession = (tenant: string) =>
    call(gateway.url, "POST", "/api/v1/tasks", {
      key: keyOf(tenant, "user"),
      body: { role: "router", input: "x", session: "one-session" },
    });
  const sessions = [];
  for (const tenant of ["acme", "globex"]) {
    const { body } = await inSession(tenant);
    sessions.push((await bed.started(body.task_id ?? ""))?.header?.passport?.session);
  }
  assert.ok(
    sessions.every((session) => session !== undefined),
    "neither waits for the other's turn",
  );
  assert.notEqual(sessions[0], sessions[1]);
  const continued = await call(gateway.url, "POST", "/v1/responses", {
    key: keyOf("globex", "user"),
    body: { model: "router", input: "go on", previous_response_id: `resp_${ours.body.task_id}` },
  });
  assert.equal(continued.status, 404);
});

test("what a body says of tenant, role or permissions changes nothing", async () => {
  for (const extra of [{ tenant: "globex" }, { roles: ["admin"] }, { permissions: ["admin"] }, { user: "root" }]) {
    const { status } = await call(gateway.url, "POST", "/api/v1/tasks", {
      key: keyOf("acme", "user"),
      body: { role: "router", input: "x", ...extra },
    });
    assert.equal(status, 400, JSON.stringify(extra));
  }
  for (const query of ["tenant=globex", "tenant=acme"]) {
    const { status } = await call(gateway.url, "GET", `/api/v1/tasks?${query}`, { key: keyOf("acme", "user") });
    assert.equal(status, 400, query);
  }
});

test("failed sign-ins and denials are in the audit, without the secret", async () => {
  const { text, row } = await makeKey(bed, "acme", ["viewer"]);
  await until("the key is known", 15_000, async () => (await submit(text)).status === 403);
  await submit(`${text.slice(0, -2)}__`);
  const entries = async () => {
    const stream = bed.subjects.stream("AUDIT");
    const stored = await directGetAll(bed.core, stream, { filter: bed.subjects.auditEntry("gateway") });
    return stored.map(({ body }) => Buffer.from(body).toString());
  };
  await until("both entries", 15_000, async () => {
    const texts = await entries();
    const has = (event: string, about: string) => texts.some((one) => one.includes(event) && one.includes(about));
    return has('"login_failed"', row.id) && has('"denied"', row.user) && has('"denied"', "another tenant's task");
  });
  assert.ok(!(await entries()).some((one) => one.includes(text.slice(-43))));
});
