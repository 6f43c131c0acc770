/** What a provider says of its limit reaches the escalation rules, and their wish reaches the choice of the model. */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { defineSystem, systemClock } from "@troupe/runtime";
import { seededRandom } from "@troupe/runtime/internal";
import { createFakeContext } from "@troupe/runtime/internal-testing";
import { loadModelSettings } from "../config/load.ts";
import { EndpointHealth } from "../models/endpoint-health.ts";
import { createModelChain } from "../models/model-chain.ts";
import { startOfflineModel } from "../models/offline/server.ts";
import { createOpenAiModel } from "../models/openai-model.ts";
import { resolveModel } from "../models/registry.ts";
import { agentWith } from "./agent.ts";
import type { OpenModel } from "./agent-ports.ts";

/** A provider that tells how many calls are left: the offline model with headers. */
async function limited(t: { after(fn: () => unknown): void }, remaining: number) {
  const offline = await startOfflineModel();
  t.after(() => offline.close());
  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    const answer = await fetch(new URL(request.url ?? "/", offline.url), {
      method: request.method ?? "POST",
      headers: { "content-type": "application/json", authorization: "Bearer x" },
      body: await text(request),
    });
    response.writeHead(answer.status, {
      "content-type": answer.headers.get("content-type") ?? "application/json",
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": String(remaining),
      "x-ratelimit-reset-requests": "30s",
    });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => void forward(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, offline };
}

test("after a call the role knows how many calls its provider still allows; asked for a fallback it takes the next model", async (t) => {
  const { url, offline } = await limited(t, 4);
  const models = { large: { model: "large", fallback: ["small"] }, small: { model: "small" } };
  const settings = loadModelSettings({ TROUPE_MODEL_MODE: "live", OPENAI_BASE_URL: url, OPENAI_API_KEY: "x" });
  const options = { clock: systemClock, random: seededRandom(1), health: new EndpointHealth(systemClock) };
  const open: OpenModel = (alias, declared) =>
    createModelChain(alias, declared, (name) => createOpenAiModel(resolveModel(name, declared, settings), options));
  const role = agentWith({ model: "large", instructions: "You are the writer.", to: "client" }, open);
  const { roles } = defineSystem({
    name: "s",
    graph: { client: ["writer"], writer: ["client"] },
    models,
    roles: { writer: role },
  });
  const instance = roles["writer"]?.create();
  assert.ok(instance);
  assert.equal(instance.callsLeft?.(), undefined, "nothing is known before the first answer");
  await instance.receive("one", createFakeContext({ role: "writer" }));
  assert.equal(instance.callsLeft?.(), 4);
  await instance.receive("two", createFakeContext({ role: "writer", prefersFallback: true }));
  assert.deepEqual(
    offline.requests.map(({ model }) => model),
    ["large", "small"],
  );
});
