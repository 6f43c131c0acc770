import assert from "node:assert/strict";
import { createServer, request as httpRequest } from "node:http";
import { after, test } from "node:test";
import { systemClock, TroupeError } from "@troupe/runtime";
import { seededRandom } from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { EndpointHealth } from "./endpoint-health.ts";
import type { ModelScope } from "./model.ts";
import type { Fault } from "./offline/faults.ts";
import { startOfflineModel } from "./offline/server.ts";
import { createOpenAiModel as createWith, type OpenAiModelOptions } from "./openai-model.ts";
import type { ResolvedModel } from "./registry.ts";
import { DEFAULT_MODEL_RETRY } from "./retry.ts";

const KEY = "sk-secret-key-of-the-test";

function modelAt(baseUrl: string, change: Partial<ResolvedModel> = {}): ResolvedModel {
  return {
    alias: "fast",
    model: "offline-fast",
    baseUrl,
    apiKey: () => KEY,
    price: { inputUsd: 1, outputUsd: 2 },
    windowTokens: undefined,
    ...change,
  };
}

/** A client that knows nothing yet of its endpoint. */
const createOpenAiModel = (model: ResolvedModel, options: Omit<OpenAiModelOptions, "health">) =>
  createWith(model, { ...options, health: new EndpointHealth(options.clock) });

const ask = (text: string) => ({
  messages: [
    { role: "system" as const, content: "You are the planner." },
    { role: "user" as const, content: `Task:\n${text}` },
  ],
});

function scope(change: Partial<ModelScope> = {}): ModelScope {
  return { idempotencyKey: "task/hop/0", signal: new AbortController().signal, ...change };
}

async function offline(...faults: readonly Fault[]) {
  const server = await startOfflineModel({ faults });
  after(() => server.close());
  return server;
}

/** Resolves with the first retry that a call announces. */
function firstRetry() {
  const { promise, resolve } = Promise.withResolvers<Parameters<NonNullable<ModelScope["onRetry"]>>[0]>();
  return { retried: promise, onRetry: resolve };
}

test("an answer comes as tokens and as a whole, with the endpoint's usage and its cost", async () => {
  const server = await offline();
  const client = createOpenAiModel(modelAt(server.url), { clock: systemClock, random: seededRandom(1) });
  const tokens: string[] = [];
  const answer = await client.complete(ask("build a shed"), scope({ onToken: (text) => tokens.push(text) }));
  assert.match(answer.content, /^Plan for: build a shed\n/);
  assert.equal(tokens.join(""), answer.content);
  assert.ok(tokens.length > 10);
  assert.equal(answer.finishReason, "stop");
  const { inputTokens, outputTokens, costMicros } = answer.usage;
  assert.ok(inputTokens > 0 && outputTokens > 0);
  assert.equal(costMicros, inputTokens + 2 * outputTokens);
  assert.deepEqual(
    server.requests.map(({ isStream, idempotencyKey }) => [isStream, idempotencyKey]),
    [[true, "task/hop/0"]],
  );
});

test("a rate limit is waited out for exactly as long as the endpoint asks", async () => {
  const server = await offline({ kind: "rate_limit", times: 1, retryAfterMs: 1_500 });
  const clock = new ManualClock();
  const client = createOpenAiModel(modelAt(server.url), { clock, random: seededRandom(1) });
  const { retried, onRetry } = firstRetry();
  const call = client.complete(ask("x"), scope({ onRetry }));
  assert.equal((await retried).delayMs, 1_500);
  assert.equal(clock.nextInMs, 1_500);
  await clock.advance(1_499);
  assert.equal(server.requestCount, 1);
  await clock.advance(1);
  assert.match((await call).content, /Plan/);
  assert.equal(server.requestCount, 2);
});

for (const kind of ["server_error", "garbage", "cut"] as const) {
  test(`after ${kind} the call is made again, a bounded number of times`, async () => {
    const once = await offline({ kind, times: 1 });
    const retry = { ...DEFAULT_MODEL_RETRY, attempts: 3, baseMs: 1, factor: 1, maxMs: 1, retryAfterCapMs: 1 };
    const options = { clock: systemClock, random: seededRandom(1), retry };
    const answer = await createOpenAiModel(modelAt(once.url), options).complete(ask("x"), scope());
    assert.match(answer.content, /^Plan/);
    assert.equal(once.requestCount, 2);

    const always = await offline({ kind });
    await assert.rejects(createOpenAiModel(modelAt(always.url), options).complete(ask("x"), scope()), (error) => {
      assert.ok(TroupeError.is(error, "model_unavailable"));
      assert.equal(error.details["attempts"], 3);
      return true;
    });
    assert.equal(always.requestCount, 3);
  });
}

test("a model that falls silent in the middle is given up after the gap limit and asked again", async () => {
  const server = await offline({ kind: "stall", times: 1 });
  const clock = new ManualClock();
  const client = createOpenAiModel(modelAt(server.url), { clock, random: seededRandom(1) });
  const { retried, onRetry } = firstRetry();
  const twoTokens = Promise.withResolvers<void>();
  let seen = 0;
  const onToken = () => {
    seen += 1;
    if (seen === 2) twoTokens.resolve();
  };
  const call = client.complete(ask("x"), scope({ onRetry, onToken }));
  await twoTokens.promise;
  await clock.sleeping();
  await clock.advance(20_000);
  assert.match((await retried).reason, /fell silent/);
  await clock.advance(8_000);
  assert.match((await call).content, /^Plan/);
  assert.equal(server.requestCount, 2);
});

test("a model that does not begin to answer is given up after the limit for the first token", async () => {
  const silent = createServer(() => {}).listen(0, "127.0.0.1");
  after(() => {
    silent.close();
    silent.closeAllConnections();
  });
  await new Promise((resolve) => silent.once("listening", resolve));
  const address = silent.address();
  assert.ok(typeof address === "object" && address !== null);
  const asked = new Promise((resolve) => silent.once("request", resolve));
  const clock = new ManualClock();
  const model = modelAt(`http://127.0.0.1:${address.port}/v1`);
  const retry = { ...DEFAULT_MODEL_RETRY, attempts: 1, baseMs: 1, factor: 1, maxMs: 1, retryAfterCapMs: 1 };
  const call = createOpenAiModel(model, { clock, random: seededRandom(1), retry }).complete(ask("x"), scope());
  await asked;
  const refused = assert.rejects(call, /model_unavailable|did not begin to answer within 30000 ms/);
  await clock.advance(30_000);
  await refused;
});

test("what will not go away is refused at once, and the key is in no message", async () => {
  const server = await offline({ kind: "refuse" });
  const client = createOpenAiModel(modelAt(server.url), { clock: systemClock, random: seededRandom(1) });
  await assert.rejects(client.complete(ask("x"), scope()), (error) => {
    assert.ok(TroupeError.is(error, "model_refused"));
    assert.equal(error.details["status"], 401);
    return true;
  });
  assert.equal(server.requestCount, 1);

  const echo = createServer((_, response) => {
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: `the key ${KEY} is wrong`, type: "invalid_request_error" } }));
  }).listen(0, "127.0.0.1");
  after(() => echo.close());
  await new Promise((resolve) => echo.once("listening", resolve));
  const address = echo.address();
  assert.ok(typeof address === "object" && address !== null);
  const told = createOpenAiModel(modelAt(`http://127.0.0.1:${address.port}/v1`), {
    clock: systemClock,
    random: seededRandom(1),
  });
  await assert.rejects(told.complete(ask("x"), scope()), (error) => {
    assert.ok(TroupeError.is(error, "model_refused"));
    assert.match(error.message, /the key \[REDACTED\] is wrong/);
    assert.ok(!JSON.stringify(error.toBody()).includes(KEY));
    return true;
  });
});

test("an endpoint that nobody serves is unavailable, with the system's word for it", async () => {
  const server = await startOfflineModel();
  await server.close();
  const retry = { ...DEFAULT_MODEL_RETRY, attempts: 2, baseMs: 1, factor: 1, maxMs: 1, retryAfterCapMs: 1 };
  const client = createOpenAiModel(modelAt(server.url), { clock: systemClock, random: seededRandom(1), retry });
  await assert.rejects(client.complete(ask("x"), scope()), (error) => {
    assert.ok(TroupeError.is(error, "model_unavailable"));
    assert.match(error.message, /ECONNREFUSED/);
    return true;
  });
});

test("an abort ends the call with its own reason, also while it waits for a retry", async () => {
  const server = await offline({ kind: "rate_limit", retryAfterMs: 5_000 });
  const clock = new ManualClock();
  const client = createOpenAiModel(modelAt(server.url), { clock, random: seededRandom(1) });
  const stop = new AbortController();
  const { retried, onRetry } = firstRetry();
  const call = client.complete(ask("x"), scope({ signal: stop.signal, onRetry }));
  await retried;
  stop.abort(new Error("the task was cancelled"));
  await assert.rejects(call, /the task was cancelled/);
  assert.equal(server.requestCount, 1);
});

test("an abort in the middle of an answer closes the connection to the endpoint", async () => {
  const server = await offline({ kind: "stall" });
  const client = createOpenAiModel(modelAt(server.url), { clock: new ManualClock(), random: seededRandom(1) });
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const call = client.complete(ask("x"), scope({ signal: stop.signal, onToken: () => begun.resolve() }));
  await begun.promise;
  stop.abort(new Error("enough"));
  await assert.rejects(call, /enough/);
});

test("an endpoint that reports no usage is counted with the tokenizer", async () => {
  const events = [
    { choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] },
    { choices: [{ index: 0, delta: { content: "Hello there" }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
  ];
  const bare = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(`${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`);
  }).listen(0, "127.0.0.1");
  after(() => bare.close());
  await new Promise((resolve) => bare.once("listening", resolve));
  const address = bare.address();
  assert.ok(typeof address === "object" && address !== null);
  const model = modelAt(`http://127.0.0.1:${address.port}/v1`, { price: undefined });
  const client = createOpenAiModel(model, { clock: systemClock, random: seededRandom(1) });
  assert.equal(client.isPriced, false);
  const answer = await client.complete(ask("x"), scope());
  assert.equal(answer.content, "Hello there");
  // "Hello there" is two tokens; four are the message's frame.
  assert.deepEqual(answer.usage, { inputTokens: answer.usage.inputTokens, outputTokens: 6, costMicros: 0 });
});

test("a key that was replaced is used by the next call, and one that is gone refuses it", async () => {
  const server = await offline();
  const seen: (string | undefined)[] = [];
  const front = createServer((request, response) => {
    seen.push(request.headers.authorization);
    const { method = "", url = "" } = request;
    const to = httpRequest(`${new URL(server.url).origin}${url}`, { method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(to);
  });
  await new Promise<void>((listening) => void front.listen(0, "127.0.0.1", listening));
  after(() => front.close());
  const address = front.address();
  assert.ok(typeof address === "object" && address !== null);
  let key: string | undefined = "sk-first";
  const apiKey = () => key ?? assert.fail("no key");
  const model = modelAt(`http://127.0.0.1:${address.port}/v1`, { apiKey });
  const client = createOpenAiModel(model, { clock: systemClock, random: seededRandom(1) });
  await client.complete(ask("x"), scope());
  await client.complete(ask("x"), scope());
  key = "sk-second";
  await client.complete(ask("x"), scope());
  assert.deepEqual(seen, ["Bearer sk-first", "Bearer sk-first", "Bearer sk-second"]);
  key = undefined;
  await assert.rejects(client.complete(ask("x"), scope()), /no key/);
  assert.equal(seen.length, 3);
});
