/** The MCP SDK's own client, unmodified, against a gateway on a real server. No node runs: the test writes records as fake roles. */
import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client, type Progress, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { Gateway } from "@troupe/gateway";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { call, makeKey } from "../support/gateway-callers.ts";
import { nextTask, opened, play, silent } from "../support/played-task.ts";
import { until } from "../support/stack.ts";

let bed: GatewayBed;
let gateway: Gateway;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateway = await bed.gateway();
});
after(() => bed[Symbol.asyncDispose]());

type Era = "2026" | "2025";
async function connect(era: Era, url = gateway.url, key?: string): Promise<Client> {
  const client = new Client(
    { name: "test", version: "1.0.0" },
    era === "2026" ? { versionNegotiation: { mode: "auto" } } : {},
  );
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }));
  return client;
}
const saidBy = (result: object): string => {
  assert.ok("content" in result && Array.isArray(result.content));
  return result.content.map((part: { text: string }) => part.text).join("");
};
const idIn = (result: object): string => (JSON.parse(saidBy(result)) as { task_id: string }).task_id;

for (const era of ["2026", "2025"] as const) {
  describe(`a client of ${era}`, () => {
    let client: Client;
    before(async () => {
      client = await connect(era);
    });
    after(() => client.close());

    test("finds a tool for each door, and those for tasks", async () => {
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map(({ name }) => name),
        ["ask_router", "ask_developer", "submit_task", "get_task", "cancel_task", "list_roles", "cluster_health"],
      );
      assert.equal(tools.find(({ name }) => name === "get_task")?.annotations?.readOnlyHint, true);
    });

    test("asks a role, hears how it goes on, and gets the answer as text", async () => {
      const heard: Progress[] = [];
      const { id, input, answer } = await play(
        bed,
        () =>
          client.callTool(
            { name: "ask_router", arguments: { input: "hello" } },
            { onprogress: (progress) => heard.push(progress) },
          ),
        async (id_) => {
          await opened(bed, id_);
          await bed.write(id_, hopOf(2), "developer", "s.step.0", writtenBy("n2"), { name: "compile", value: "x" });
          await until("the step was heard of", 15_000, async () => heard.length >= 2);
        },
        { result: { verdict: "fine" } },
      );
      const result = await answer;
      assert.equal(input, "hello");
      assert.equal(saidBy(result), '{"verdict":"fine"}');
      const { _meta: meta = {} } = result;
      assert.equal(meta["troupe/task-id"], id);
      assert.deepEqual(
        heard.map(({ message }) => message),
        ["router hands on to developer", "developer: compile"],
      );
    });

    test("a failure is an answer that a model can read", async () => {
      const { answer } = await play(
        bed,
        () => client.callTool({ name: "ask_developer", arguments: { input: "x" } }),
        silent,
        { status: "failed", result: undefined, error: { code: "handler_failed", message: "it broke" } } as never,
      );
      const result = await answer;
      assert.equal(result.isError, true);
      assert.equal(saidBy(result), "it broke (handler_failed)");
      for (const wrong of [
        { name: "get_task", arguments: { task_id: "nothing" } },
        { name: "submit_task", arguments: { role: "planner", input: "x" } },
        { name: "ask_router", arguments: {} },
      ]) {
        assert.equal((await client.callTool(wrong)).isError, true, wrong.name);
      }
    });

    test("begins a task, reads it, cancels it; the same key is the same task", async () => {
      const order = { name: "submit_task", arguments: { role: "router", input: "later" } };
      const keyed = { ...order, _meta: { "troupe/idempotency-key": `key-of-${era}` } };
      const [first, second] = [await client.callTool(keyed), await client.callTool(keyed)];
      const id = idIn(first);
      assert.equal(idIn(second), id);
      const read = JSON.parse(
        saidBy(await client.callTool({ name: "get_task", arguments: { task_id: id } })),
      ) as object;
      assert.ok("status" in read);
      await client.callTool({ name: "cancel_task", arguments: { task_id: id } });
      const gone = await client.callTool({ name: "get_task", arguments: { task_id: id } });
      assert.match(saidBy(gone), /"status":"cancelled"/);
    });
  });
}

test("a call that its client gives up cancels its task", async () => {
  const client = await connect("2026");
  const given = new AbortController();
  const { id } = await nextTask(bed, () => {
    client.callTool({ name: "ask_router", arguments: { input: "x" } }, { signal: given.signal }).catch(() => undefined);
  });
  await opened(bed, id);
  given.abort(new Error("enough"));
  await until("it is cancelled", 15_000, async () => {
    const { body } = await call(gateway.url, "GET", `/api/v1/tasks/${id}`);
    return body["status"] === "cancelled";
  });
  await client.close();
});

test("a gateway that stops leaves the task running", async () => {
  const other = await bed.gateway();
  const client = await connect("2026", other.url);
  let answer: Promise<object> | undefined;
  const { id } = await nextTask(bed, () => {
    answer = client.callTool({ name: "ask_router", arguments: { input: "x" } });
    answer.catch(() => undefined);
  });
  await opened(bed, id);
  await other.stop();
  assert.match(saidBy((await answer) ?? {}), /goes on/);
  const { body } = await call(gateway.url, "GET", `/api/v1/tasks/${id}`);
  assert.notEqual(body["status"], "cancelled");
  await client.close();
});

test("where callers sign in, a key is asked for, and another tenant's task is not there", async () => {
  const [ann, eve] = [await makeKey(bed, "acme", ["user"]), await makeKey(bed, "globex", ["user"])];
  const closed = await bed.gateway({ auth: {} });
  await assert.rejects(connect("2026", closed.url));
  const [ours, theirs] = [await connect("2026", closed.url, ann.text), await connect("2026", closed.url, eve.text)];
  const id = idIn(await ours.callTool({ name: "submit_task", arguments: { role: "router", input: "secret" } }));
  for (const name of ["get_task", "cancel_task"]) {
    const refused = await theirs.callTool({ name, arguments: { task_id: id } });
    assert.match(saidBy(refused), /no task .* \(unknown_task\)/);
  }
  assert.doesNotMatch(saidBy(await ours.callTool({ name: "get_task", arguments: { task_id: id } })), /cancelled/);
  const { tools } = await ours.listTools();
  assert.ok(!tools.some(({ name }) => name === "cluster_health"), "users may not see the cluster");
  await Promise.all([ours.close(), theirs.close()]);
});

test("a page of another site is refused where nobody signs in, and what is no message is told so", async () => {
  const body = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  const foreign = await call(gateway.url, "POST", "/mcp", { body, headers: { origin: "https://evil.example" } });
  assert.equal(foreign.status, 403);
  assert.equal((await call(gateway.url, "GET", "/mcp")).status, 405);
  for (const wrong of ["{", "[]", "7", '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":7}']) {
    const { status } = await call(gateway.url, "POST", "/mcp", { body: wrong });
    assert.ok(status >= 400 && status < 500, `${wrong}: ${status}`);
  }
});

describe("a client that starts `troupe mcp` itself", () => {
  const cli = fileURLToPath(new URL("../../packages/cli/bin/troupe.js", import.meta.url));
  const started = async (t: TestContext, url: string, key?: string) => {
    const env = { ...process.env, TROUPE_API_KEY: key ?? "" } as Record<string, string>;
    const transport = new StdioClientTransport({ command: process.execPath, args: [cli, "mcp", "--url", url], env });
    const client = new Client({ name: "desktop", version: "1.0.0" });
    t.after(() => client.close());
    await client.connect(transport, { timeout: 60_000 });
    return { client, transport };
  };

  test("finds the roles, hears how a task goes on, and gets its answer; closing its end ends the program", async (t) => {
    const { client, transport } = await started(t, gateway.url);
    const { tools } = await client.listTools(undefined, { timeout: 60_000 });
    assert.ok(tools.some(({ name }) => name === "ask_router"));
    const heard: Progress[] = [];
    const options = { onprogress: (progress: Progress) => void heard.push(progress), timeout: 60_000 };
    const { input, answer } = await play(
      bed,
      () => client.callTool({ name: "ask_router", arguments: { input: "over a pipe" } }, options),
      () => until("progress is told", 30_000, async () => heard.length > 0),
      { result: "through a pipe" },
    );
    assert.equal(input, "over a pipe");
    assert.equal(saidBy(await answer), "through a pipe");
    await client.close();
    assert.equal(transport.pid, null);
  });

  test("signs in with the key of its environment, and is told in words when it may not, or nobody is there", async (t) => {
    const { text } = await makeKey(bed, "acme", ["user"]);
    const closed = await bed.gateway({ auth: {} });
    await assert.rejects(started(t, closed.url), /the gateway at http.*401|unauthorized/is);
    const { client } = await started(t, closed.url, text);
    assert.ok((await client.listTools(undefined, { timeout: 60_000 })).tools.length > 0);
    await closed.stop();
    await assert.rejects(client.listTools(undefined, { timeout: 60_000 }), /the gateway at http/);
  });
});
