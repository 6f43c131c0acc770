/** The bytes of A2A at a gateway: versions, errors, who may. No node runs. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { TaskState } from "@a2a-js/sdk";
import { TaskNotFoundError } from "@a2a-js/sdk/errors";
import type { Gateway } from "@troupe/gateway";
import { collect, connect, saying, taskOf } from "../support/a2a-client.ts";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";
import { call, makeKey } from "../support/gateway-callers.ts";
import { nextTask } from "../support/played-task.ts";

let bed: GatewayBed;
let gateway: Gateway;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateway = await bed.gateway();
});
after(() => bed[Symbol.asyncDispose]());

const rpc = (body: unknown, version?: string, extra: { key?: string; role?: string; url?: string } = {}) =>
  call(extra.url ?? gateway.url, "POST", `/a2a/${extra.role ?? "router"}`, {
    body,
    key: extra.key,
    headers: version === undefined ? {} : { "a2a-version": version },
  });
const codeOf = (answer: { body: Record<string, unknown> }) =>
  (answer.body["error"] as { code?: number } | undefined)?.code;
const PLAIN = {
  message: { messageId: "m", role: "ROLE_USER", parts: [{ text: "x" }] },
  configuration: { returnImmediately: true },
};

const sequence = async () => (await bed.log.last("demo.log.0.v1.>"))?.sequence;
const send = (params: unknown) => ({ jsonrpc: "2.0", id: 1, method: "SendMessage", params });
const saidIn = (parts: unknown) => ({
  ...PLAIN,
  message: { messageId: randomUUID(), role: "ROLE_USER", parts },
});
const inputOf = async (parts: unknown) =>
  (await nextTask(bed, () => rpc({ jsonrpc: "2.0", id: 1, method: "SendMessage", params: saidIn(parts) }, "1.0")))
    .input;

test("a client of 0.3 speaks 0.3 over JSON-RPC; HTTP+JSON and other versions get the version error", async () => {
  const message = { kind: "message", messageId: "old", role: "user", parts: [{ kind: "text", text: "hello" }] };
  const call03 = {
    jsonrpc: "2.0",
    id: 1,
    method: "message/send",
    params: { message, configuration: { blocking: false } },
  };
  const answer = await rpc(call03);
  const result = answer.body["result"] as { kind: string; id: string; status: { state: string } };
  assert.deepEqual([result.kind, result.status.state], ["task", "submitted"]);
  const get = { jsonrpc: "2.0", id: 2, method: "tasks/get", params: { id: result.id } };
  assert.equal(((await rpc(get, "0.3.0")).body["result"] as { id: string }).id, result.id);
  assert.equal(codeOf(await rpc({ ...call03, method: "SendMessage" }, "9.1")), -32_009);
  for (const version of [undefined, "0.3", "2.0"]) {
    const refused = await call(gateway.url, "POST", "/a2a/router/message:send", {
      body: PLAIN,
      ...(version && { headers: { "a2a-version": version } }),
    });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /VERSION_NOT_SUPPORTED/);
  }
});

test("what is no call, no message or no text is told so in the protocol's own codes, and nothing is stored", async () => {
  const stored = await sequence();
  const rows: readonly [unknown, number][] = [
    ["{", -32_700],
    ["[]", -32_600],
    [{ id: 1, method: "GetTask" }, -32_600],
    [{ jsonrpc: "2.0", id: {}, method: "GetTask" }, -32_600],
    [{ jsonrpc: "2.0", id: 1, method: "Nothing", params: {} }, -32_601],
    [{ jsonrpc: "2.0", id: 1, method: "GetTask", params: { id: "../x" } }, -32_001],
    [{ jsonrpc: "2.0", id: 1, method: "GetTask", params: { id: "" } }, -32_602],
    [{ jsonrpc: "2.0", id: 1, method: "SubscribeToTask", params: { id: "x" } }, -32_001],
    [{ jsonrpc: "2.0", id: 1, method: "GetExtendedAgentCard" }, -32_007],
    [send({}), -32_602],
    [send({ message: { messageId: "m", role: "ROLE_USER", parts: [] } }), -32_602],
    [send({ message: { messageId: "", role: "ROLE_USER", parts: [{ text: "x" }] } }), -32_602],
    [send({ message: { messageId: "m".repeat(300), role: "ROLE_USER", parts: [{ text: "x" }] } }), -32_602],
    [send({ message: { messageId: "m", role: "ROLE_USER", parts: [{ raw: "AAAA" }] } }), -32_005],
    [send({ message: { messageId: "m", role: "ROLE_USER", parts: [{ url: "http://127.0.0.1/" }] } }), -32_005],
    [send({ message: 7 }), -32_602],
    [send({ message: { messageId: "m", role: "ROLE_USER", parts: [{ text: {} }] } }), -32_602],
  ];
  for (const [body, code] of rows) {
    const answer = await rpc(body, "1.0");
    assert.equal(codeOf(answer), code, `${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
  }
  assert.equal(codeOf(await rpc(send(PLAIN), "1.0", { role: "planner" })), -32_602);
  assert.equal(await sequence(), stored);
});

test("an agent's address may end with a slash; what is no call and does not say that it is one is of a wrong type", async () => {
  const get = { jsonrpc: "2.0", id: 1, method: "GetTask", params: { id: "x" } };
  const said = async (path: string, body: unknown, type = "application/json") =>
    codeOf(await call(gateway.url, "POST", path, { body, headers: { "a2a-version": "1.0", "content-type": type } }));
  assert.equal(await said("/a2a/router/", get), -32_001);
  assert.equal(await said("/a2a/router/?x=1", get), -32_001);
  assert.equal(await said("/a2a/router", "hello", "text/plain"), -32_005);
  assert.equal(await said("/a2a/router", get, "text/plain"), -32_001);
  assert.equal((await call(gateway.url, "POST", "/a2a/router//", { body: get })).status, 404);
});

test("data goes in as data, and several parts as one text", async () => {
  assert.deepEqual(await inputOf([{ data: { n: 1 } }]), { n: 1 });
  assert.equal(await inputOf([{ text: "count" }, { data: { n: 1 } }]), 'count\n{"n":1}');
});

describe("where callers sign in", () => {
  let closed: Gateway;
  const keys = new Map<string, string>();
  before(async () => {
    for (const tenant of ["acme", "globex"]) keys.set(tenant, (await makeKey(bed, tenant, ["user"])).text);
    closed = await bed.gateway({ auth: {} });
  });
  const signedIn =
    (tenant: string): typeof fetch =>
    (input, init) =>
      fetch(input, {
        ...init,
        headers: {
          ...Object.fromEntries(new Headers(init?.headers)),
          authorization: `Bearer ${keys.get(tenant) ?? ""}`,
        },
      });

  test("the card is public and says how to sign in; nothing else goes without", async () => {
    const { body } = await call(closed.url, "GET", "/a2a/router/.well-known/agent-card.json");
    assert.deepEqual(Object.keys(body["securitySchemes"] as object), ["bearer", "apiKey"]);
    const refused = await rpc({ jsonrpc: "2.0", id: 1, method: "GetTask", params: { id: "x" } }, "1.0", {
      url: closed.url,
    });
    assert.equal(refused.status, 401);
    assert.equal((refused.body["error"] as { status: string }).status, "UNAUTHENTICATED");
    assert.match(refused.headers.get("www-authenticate") ?? "", /^Bearer/);
  });

  for (const binding of ["JSONRPC", "HTTP+JSON"] as const) {
    test(`over ${binding} another tenant's task is not there: it is not read, followed, answered or cancelled`, async () => {
      const [ours, theirs] = [
        await connect(binding, closed.url, "router", signedIn("acme")),
        await connect(binding, closed.url, "router", signedIn("globex")),
      ];
      const messageId = "the-same";
      const { id, contextId } = taskOf(
        await ours.sendMessage(saying("secret", { messageId, returnImmediately: true })),
      );
      await assert.rejects(theirs.getTask({ tenant: "", id }), TaskNotFoundError);
      await assert.rejects(theirs.cancelTask({ tenant: "", id, metadata: undefined }), TaskNotFoundError);
      await assert.rejects(collect(theirs.resubscribeTask({ tenant: "", id })), TaskNotFoundError);
      await assert.rejects(theirs.sendMessage(saying("x", { taskId: id })), TaskNotFoundError);
      const same = saying("secret", { messageId, contextId, returnImmediately: true });
      assert.notEqual(taskOf(await theirs.sendMessage(same)).id, id);
      assert.notEqual((await ours.getTask({ tenant: "", id })).status?.state, TaskState.TASK_STATE_CANCELED);
    });
  }
});
