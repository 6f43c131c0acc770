import assert from "node:assert/strict";
import { after, test } from "node:test";
import { systemClock, TroupeError } from "@troupe/runtime";
import { seededRandom } from "@troupe/runtime/internal";
import { EndpointHealth } from "./endpoint-health.ts";
import type { ModelCall, ModelScope } from "./model.ts";
import type { Fault, FaultKind } from "./offline/faults.ts";
import { startOfflineModel } from "./offline/server.ts";
import { createOpenAiModel } from "./openai-model.ts";
import type { ResolvedModel } from "./registry.ts";
import { responseRequest } from "./responses-api.ts";
import { DEFAULT_MODEL_RETRY } from "./retry.ts";

async function bed(faults: readonly Fault[] = [], limits: ResolvedModel["limits"] = {}) {
  const server = await startOfflineModel({ faults });
  after(() => server.close());
  const clientOf = (api: ResolvedModel["api"]) =>
    createOpenAiModel(
      {
        alias: "fast",
        model: "offline-fast",
        baseUrl: server.url,
        apiKey: () => "sk-key-of-the-test",
        price: { inputUsd: 1, outputUsd: 2 },
        windowTokens: undefined,
        limits,
        api,
      },
      {
        clock: systemClock,
        random: seededRandom(1),
        retry: { ...DEFAULT_MODEL_RETRY, attempts: 2, baseMs: 1, maxMs: 1, retryAfterCapMs: 10 },
        health: new EndpointHealth(systemClock),
      },
    );
  return { server, clientOf };
}

const scope = (change: Partial<ModelScope> = {}): ModelScope => ({
  idempotencyKey: "task/hop/0",
  signal: new AbortController().signal,
  ...change,
});

const ask = (text: string): ModelCall => ({
  messages: [
    { role: "system", content: "You are the planner." },
    { role: "user", content: `Task:\n${text}` },
  ],
});

const weather: NonNullable<ModelCall["tools"]>[number] = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

test("both APIs give the same answer to the same call: words, tokens as they come, finish, usage, cost", async () => {
  const { server, clientOf } = await bed();
  for (const call of [
    ask("build a shed"),
    { ...ask('Which coat? [[tool get_weather {"city":"Oslo"}]]'), tools: [weather] },
    {
      ...ask("decide"),
      answer: { name: "decision", schema: { type: "object", properties: { reason: { type: "string" } } } },
    },
    { ...ask("a long story about everything"), maxOutputTokens: 3 },
  ]) {
    const [chat, responses] = await Promise.all(
      (["chat", "responses"] as const).map(async (api) => {
        const tokens: string[] = [];
        const answer = await clientOf(api).complete(call, scope({ onToken: (text) => tokens.push(text) }));
        return { ...answer, tokens };
      }),
    );
    assert.ok(chat && responses);
    const { usage: ofChat, ...saidInChat } = chat;
    const { usage: ofResponses, ...saidInResponses } = responses;
    assert.deepEqual(saidInResponses, saidInChat);
    assert.equal(ofResponses.outputTokens, ofChat.outputTokens);
    assert.equal(ofResponses.costMicros, ofResponses.inputTokens + 2 * ofResponses.outputTokens);
  }
  assert.ok(server.requests.every(({ isStream, idempotencyKey }) => isStream && idempotencyKey === "task/hop/0"));
});

test("a tool's result goes back to the model under the call's id", async () => {
  const { clientOf } = await bed();
  const call: ModelCall = {
    tools: [weather],
    messages: [
      ...ask('Which coat? [[tool get_weather {"city":"Oslo"}]]').messages,
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "call_7", type: "function", function: { name: "get_weather", arguments: '{"city":"Oslo"}' } },
        ],
      },
      { role: "tool", tool_call_id: "call_7", content: "21 degrees" },
    ],
  };
  assert.deepEqual(responseRequest("m", call).input?.slice(2), [
    { type: "function_call", call_id: "call_7", name: "get_weather", arguments: '{"city":"Oslo"}' },
    { type: "function_call_output", call_id: "call_7", output: "21 degrees" },
  ]);
  const answer = await clientOf("responses").complete(call, scope());
  assert.match(answer.content, /21 degrees/);
});

test("nothing is kept at the endpoint, and pictures and mixed parts survive the translation", () => {
  const request = responseRequest("m", {
    messages: [
      {
        role: "developer",
        content: [
          { type: "text", text: "be " },
          { type: "text", text: "brief" },
        ],
      },
      {
        role: "user",
        content: [
          { type: "text", text: "what is this" },
          { type: "image_url", image_url: { url: "https://example.org/a.png" } },
        ],
      },
      { role: "assistant", content: "a cat", tool_calls: [] },
    ],
  });
  assert.equal(request.store, false);
  assert.deepEqual(request.input, [
    { role: "developer", content: "be brief" },
    {
      role: "user",
      content: [
        { type: "input_text", text: "what is this" },
        { type: "input_image", image_url: "https://example.org/a.png", detail: "auto" },
      ],
    },
    { role: "assistant", content: "a cat" },
  ]);
});

const FAULTS: readonly FaultKind[] = ["busy", "server_error", "garbage", "html", "silent", "stall", "cut", "endless"];

for (const kind of FAULTS) {
  test(`an endpoint that has the fault ${kind} is given up after its tries, with a clear error`, async () => {
    const { server, clientOf } = await bed([{ kind }], { firstTokenMs: 150, gapMs: 150, answerMs: 400 });
    await assert.rejects(
      clientOf("responses").complete(ask("x"), scope()),
      (error) => TroupeError.is(error, "model_unavailable") && error.message.startsWith("model fast (offline-fast): "),
    );
    assert.equal(server.requestCount, kind === "endless" ? 1 : 2);
  });
}

test("a refused key is not tried again", async () => {
  const { server, clientOf } = await bed([{ kind: "refuse" }]);
  await assert.rejects(clientOf("responses").complete(ask("x"), scope()), (error) =>
    TroupeError.is(error, "model_refused"),
  );
  assert.equal(server.requestCount, 1);
});
