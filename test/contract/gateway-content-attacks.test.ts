/** Attacks by what requests say: names, keys, addresses, line ends, origins. None gets through, none is a 5xx, and the gateway goes on. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { after, before, test } from "node:test";
import type { Gateway } from "@troupe/gateway";
import { OPERATIONS } from "@troupe/gateway/internal";
import { createLogger } from "@troupe/runtime/internal";
import fc from "fast-check";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { call } from "../support/gateway-callers.ts";
import { exchange, statusesIn } from "../support/raw-http.ts";
import { until } from "../support/stack.ts";

let bed: GatewayBed;
let gateway: Gateway;
let host: string;
const logged: string[] = [];

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      logged.push(chunk.toString());
      done();
    },
  });
  const logger = createLogger({ name: "attacked", level: "debug", destination });
  gateway = await bed.gateway({ logger });
  host = new URL(gateway.url).host;
});
after(() => bed[Symbol.asyncDispose]());

const submit = (body: unknown, headers: Record<string, string> = {}) =>
  call(gateway.url, "POST", "/api/v1/tasks", { body, headers });
const lives = async () => assert.equal((await call(gateway.url, "GET", "/livez")).status, 200);

test("keys that belong to an object's own machinery change nothing, in any body", async () => {
  const poisons = [
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"role":"router","input":{"__proto__":{"polluted":true}},"metadata":{"__proto__":"x"}}',
    '{"role":"router","input":"x","toJSON":"x","__defineGetter__":"x","hasOwnProperty":"x"}',
    '{"role":"__proto__","input":"x"}',
    '{"role":"constructor","input":"x"}',
    '{"model":"__proto__","messages":[{"role":"user","content":"x"}],"input":"x","agent_type":"toString","task":"x"}',
  ];
  for (const { method, path, permission } of OPERATIONS) {
    if (method !== "POST" || permission === "public") continue;
    for (const body of poisons) {
      const at = path.replace("{role}", "router").replace("{id}", "0-v1-00000000000000000000000000");
      const { status } = await call(gateway.url, method, at, { body });
      assert.ok(status < 500, `${path}: ${status} ${body}`);
    }
  }
  for (const query of [
    "__proto__[polluted]=1",
    "constructor.prototype.polluted=1",
    "__proto__=1",
    "limit[__proto__]=1",
  ]) {
    assert.equal((await call(gateway.url, "GET", `/api/v1/tasks?${query}`)).status, 400, query);
  }
  const plain: Record<string, unknown> = {};
  assert.equal(plain["polluted"], undefined);
  await lives();
});

test("names that mean something to NATS reach no subject", async () => {
  const heard: string[] = [];
  const sniffer = bed.core.nc.subscribe("demo.>", { callback: (_error, { subject }) => void heard.push(subject) });
  await bed.core.nc.flush();
  const names = [
    "*",
    ">",
    "router.>",
    "router.submit",
    "$JS.API.STREAM.DELETE.DEMO_LOG_0",
    "a b",
    "a\r\nPUB x 1",
    "\u0000",
    "ｒouter",
    "é".repeat(4_000),
  ];
  for (const name of names) {
    assert.ok([400, 404].includes((await submit({ role: name, input: "x" })).status), name);
    const inPath = encodeURIComponent(name);
    for (const path of [
      `/api/v1/tasks/${inPath}`,
      `/agent/result/${inPath}`,
      `/v1/responses/${inPath}`,
      `/v1/models/${inPath}`,
    ]) {
      const { status } = await call(gateway.url, "GET", path);
      assert.ok([400, 404, 414, 431].includes(status), `${path.slice(0, 80)}: ${status}`);
    }
    const key = await submit(
      { role: "router", input: "x" },
      { "idempotency-key": encodeURIComponent(name).slice(0, 200) },
    );
    assert.ok(key.status === 202 || key.status === 409 || key.status === 400, String(key.status));
  }
  sniffer.unsubscribe();
  const strange = heard.filter((subject) => /[*>\s]|[^\x21-\x7e]|API/.test(subject));
  assert.deepEqual(strange, []);
});

test("what callers write cannot end a line of the log or of an event stream", async () => {
  const nasty = '\r\n{"level":"error","msg":"forged"}\r\n\u001b[31m\u2028';
  await call(gateway.url, "GET", `/${encodeURIComponent(nasty)}?q=${encodeURIComponent(nasty)}`);
  await call(gateway.url, "GET", "/livez", { headers: { "x-request-id": "a b{}", "user-agent": "\u00ff\u00fe" } });
  await submit({ role: `router${nasty}`, input: nasty });
  const { body } = await submit({ role: "router", input: "x", metadata: { nasty } });
  for (const line of logged
    .join("")
    .split("\n")
    .filter((one) => one !== "")) {
    assert.doesNotThrow(() => JSON.parse(line), line);
    assert.ok(!line.includes("\u001b") && !line.includes("\u2028"), line);
  }
  const task = body.task_id ?? assert.fail();
  const forged = `x\n\nevent: done\ndata: {"forged":true}\n\nid: 999999\r\rretry: 1`;
  await bed.write(task, hopOf(1), "router", "s.emit.1", writtenBy("n1"), { name: forged, data: forged });
  await bed.write(task, hopOf(1), "router", "c.dead.0", writtenBy("n1"), {
    error: { code: "tool_failed", message: forged },
    attempts: 1,
  });
  await bed.done(task, { result: forged });
  const answer = await fetch(`${gateway.url}/api/v1/tasks/${task}/events`);
  const text = await answer.text();
  for (const line of text.split(/\r\n|\r|\n/))
    assert.match(line, /^(?:$|retry: 1000$|: |id: \d+$|event: [a-z_]+$|data: \{)/, line);
  for (const event of ["progress", "dead", "done"])
    assert.equal(text.split(`event: ${event}\ndata: {`).length, 2, event);
  assert.ok(!/^id: 999999$/m.test(text));
});

test("addresses in a body are text: nobody is asked for what is there", async () => {
  let asked = 0;
  const inside = createServer((_request, response) => {
    asked++;
    response.end("secret");
  });
  await new Promise<void>((resolve) => inside.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(inside.address() as AddressInfo).port}/latest/meta-data`;
  const image = [
    { type: "image_url", image_url: { url } },
    { type: "text", text: url },
  ];
  await call(gateway.url, "POST", "/v1/responses", {
    body: { model: "router", background: true, input: url, tools: [{ type: "mcp", server_url: url }] },
  });
  await call(gateway.url, "POST", "/api/v1/agents/chat", {
    body: { agent_type: "router", messages: [{ role: "user", content: image }] },
  });
  await submit({ role: "router", input: { $ref: url, url }, metadata: { callback: url, webhook: url } });
  await call(gateway.url, "GET", "/livez", {
    headers: { host: new URL(url).host, "x-forwarded-host": new URL(url).host },
  });
  await new Promise((resolve) => inside.close(resolve));
  assert.equal(asked, 0);
});

test("a reference to a stored body that a caller writes is read back as what it is", async () => {
  const forged = { $blob: { role: "client", sha256: "0".repeat(64), bytes: 3 } };
  const { status, body } = await submit({ role: "router", input: forged });
  assert.ok(status === 202 || status === 400, String(status));
  if (status === 202) await bed.done(body.task_id ?? "", { result: forged });
  const read = status === 202 ? (await call(gateway.url, "GET", `/api/v1/tasks/${body.task_id}`)).status : 200;
  assert.ok(read === 200 || read === 422 || read === 503, String(read));
});

test("a page of another origin, or under a name that was pointed here, cannot use a gateway where nobody signs in", async () => {
  const body = '{"role":"router","input":"x"}';
  const post = (headers: string) =>
    exchange(
      gateway.url,
      `POST /api/v1/tasks HTTP/1.1\r\n${headers}Content-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  assert.deepEqual(statusesIn(await post(`Host: ${host}\r\nOrigin: https://evil.example\r\n`)), [403]);
  assert.deepEqual(statusesIn(await post(`Host: ${host}\r\nOrigin: null\r\n`)), [403]);
  assert.deepEqual(statusesIn(await post("Host: evil.example:8080\r\nOrigin: http://evil.example:8080\r\n")), [403]);
  assert.deepEqual(statusesIn(await post(`Host: ${host}\r\nOrigin: http://${host}\r\n`)), [202]);
});

test("whatever a path, a query, a header or a body holds, the answer is no 5xx and has no inside in it", async () => {
  const paths = OPERATIONS.filter(({ permission }) => permission !== "public").map(({ path }) => path);
  const word = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom("..", "%00", "%2e%2e%2f", "%", "%zz", "x".repeat(300), "0-v1-0"),
  );
  const request = fc.record({
    method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"),
    path: fc.constantFrom(...paths),
    id: word,
    query: fc.option(fc.string({ maxLength: 60 }), { nil: undefined }),
    body: fc.option(fc.oneof(fc.json({ maxDepth: 3 }), fc.string({ maxLength: 200 })), { nil: undefined }),
    key: fc.option(fc.string({ maxLength: 300 }), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, id, query, body, key }) => {
      const at = `${path.replace("{role}", "router").replace("{id}", id.startsWith("%") ? id : encodeURIComponent(id))}${query === undefined ? "" : `?${encodeURI(query)}`}`;
      const latin = key?.replace(/[^\x20-\x7e]/g, "");
      const takesBody = body !== undefined && method !== "GET" && method !== "HEAD";
      const answer = await call(gateway.url, method, at, {
        ...(takesBody ? { body } : {}),
        ...(latin ? { headers: { "idempotency-key": latin } } : {}),
      });
      // Without a supervisor lists are unavailable, which is what 503 says.
      assert.ok(answer.status < 500 || answer.status === 503, `${method} ${at}: ${answer.status} ${answer.text}`);
      assert.doesNotMatch(answer.text, /node_modules|file:\/\/|\.ts:\d+|at .*\(.*:\d+:\d+\)/);
    }),
    { numRuns: 250 },
  );
  await lives();
});

test("after all this the gateway takes a task and ends it", async () => {
  const { body, status } = await submit({ role: "router", input: "x" });
  assert.equal(status, 202);
  await bed.done(body.task_id ?? "");
  await until(
    "its end",
    5_000,
    async () => (await call(gateway.url, "GET", `/api/v1/tasks/${body.task_id}`)).body["status"] === "completed",
  );
});
