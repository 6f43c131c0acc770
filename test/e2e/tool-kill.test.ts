/** A host that is killed around a tool call, counted at a server that keeps its own log. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { setTimeout as timer } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startOfflineModel } from "@troupe/agents";
import { connectTroupe } from "@troupe/runtime";
import { z } from "zod";
import type { PartProcess } from "../support/part-process.ts";
import { Stack } from "../support/stack.ts";

const SYSTEM_FILE = fileURLToPath(new URL("../support/tools-system.ts", import.meta.url));

async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Waits until it holds, or says what is missing. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 40_000; Date.now() < deadline; ) {
    if (holds()) return;
    await timer(20);
  }
  assert.fail(`not in time: ${what}`);
}

/** The tool's server: answers at once, or holds the first call of an amount until the test is over. */
function toolStub() {
  const calls: string[] = [];
  const held: ServerResponse[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://stub");
    const path = url.pathname.slice(1);
    calls.push(`${path} ${url.searchParams.get("key") ?? ""}`);
    if (path.endsWith("/13") && calls.filter((call) => call.startsWith(`${path} `)).length === 1) held.push(response);
    else response.end(`done ${path}`);
  });
  const of = (path: string) => calls.filter((call) => call.startsWith(`${path} `));
  return { server, of };
}

/** The offline model behind a door that holds, once, the call that comes after a result of a tool. */
function heldModel(url: string) {
  const state = { isHolding: false, wasHeld: false };
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(z.instanceof(Uint8Array).parse(chunk)));
      const body = Buffer.concat(chunks);
      if (state.isHolding && body.includes('"role":"tool"')) {
        state.isHolding = false;
        state.wasHeld = true;
        return;
      }
      const answer = await fetch(`${url}${(request.url ?? "").replace(/^\/v1/, "")}`, {
        method: request.method ?? "POST",
        headers: { "content-type": "application/json", authorization: "Bearer x" },
        body,
      });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" });
      response.end(Buffer.from(await answer.arrayBuffer()));
    })().catch(() => response.destroy());
  });
  return { server, state };
}

/** Kills the node's newest host. */
function killHost(node: PartProcess): void {
  const pid = [...node.log.matchAll(/"pid":(\d+)[^\n]*"host started"/g)].at(-1)?.[1];
  assert.ok(pid !== undefined, `${node.name} has started no host:\n${node.log}`);
  process.kill(Number(pid), "SIGKILL");
}

it("a host killed around a tool call: called once, or in doubt; what may be repeated is repeated under its key", {
  timeout: 180_000,
}, async (t) => {
  const model = await startOfflineModel();
  const door = heldModel(model.url);
  const stub = toolStub();
  process.env["STUB_URL"] = await listening(stub.server);
  process.env["TROUPE_MODEL_MODE"] = "live";
  process.env["OPENAI_BASE_URL"] = `${await listening(door.server)}/v1`;
  process.env["OPENAI_API_KEY"] = "x";
  t.after(async () => {
    for (const server of [stub.server, door.server]) {
      server.closeAllConnections();
      server.close();
    }
    await model.close();
  });
  await using stack = await Stack.start({ system: "toolkill", nodes: 1, systemFile: SYSTEM_FILE });
  const [node] = stack.nodes;
  assert.ok(node);
  const client = await connectTroupe({ url: stack.server.url, system: stack.subjects.system });
  t.after(() => client.close());
  const submit = async (tool: string, amount: number) =>
    (await client.submit("payer", `Go. [[tool ${tool} {"amount":${amount}}]]`)).task_id;
  const ended = (task: Parameters<typeof client.result>[0]) =>
    client.result(task, { signal: AbortSignal.timeout(60_000) });

  // In the middle of both calls.
  const inDoubt = await submit("pay", 13);
  const repeated = await submit("post", 13);
  await until("both tools are called", () => stub.of("pay/13").length === 1 && stub.of("post/13").length === 1);
  killHost(node);
  const doubt = await ended(inDoubt);
  assert.equal(doubt.status, "failed");
  assert.equal(doubt.error?.code, "effect_in_doubt");
  assert.equal(stub.of("pay/13").length, 1, "a call in doubt was made again");
  const again = await ended(repeated);
  assert.equal(again.status, "completed");
  assert.match(JSON.stringify(again.result), /done post\/13/);
  const keys = stub.of("post/13");
  assert.equal(keys.length, 2);
  assert.equal(new Set(keys).size, 1, "the repeated call has another key");

  // After the result is recorded, while the model reads it.
  door.state.isHolding = true;
  const recorded = await submit("pay", 7);
  await until("the model is asked with the result", () => door.state.wasHeld);
  killHost(node);
  const afterwards = await ended(recorded);
  assert.equal(afterwards.status, "completed", JSON.stringify(afterwards));
  assert.match(JSON.stringify(afterwards.result), /done pay\/7/);
  assert.equal(stub.of("pay/7").length, 1, "a recorded call was made again");
});
