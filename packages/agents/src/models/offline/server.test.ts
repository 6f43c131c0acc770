import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { z } from "zod";
import { FaultPlan } from "./faults.ts";
import { type OfflineModelOptions, startOfflineModel } from "./server.ts";

async function start(options: OfflineModelOptions = {}) {
  const server = await startOfflineModel(options);
  after(() => server.close());
  const post = (body: unknown) =>
    fetch(`${server.url}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return { server, post };
}

const chat = (text: string, more: Record<string, unknown> = {}) => ({
  model: "offline-fast",
  messages: [{ role: "user", content: text }],
  ...more,
});

const Completion = z.object({
  id: z.string(),
  object: z.literal("chat.completion"),
  created: z.int(),
  model: z.string(),
  choices: z.tuple([
    z.object({
      index: z.literal(0),
      message: z.object({ role: z.literal("assistant"), content: z.string(), refusal: z.null() }),
      finish_reason: z.string(),
      logprobs: z.null(),
    }),
  ]),
  usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }),
});

test("a whole completion has the API's shape, and the same request gets the same words", async () => {
  const { post } = await start({ clock: new ManualClock(1_750_000_000_000) });
  const one = Completion.parse(await (await post(chat("hello"))).json());
  const two = Completion.parse(await (await post(chat("hello"))).json());
  assert.equal(one.created, 1_750_000_000);
  assert.equal(one.choices[0].message.content, two.choices[0].message.content);
  assert.equal(one.usage.total_tokens, one.usage.prompt_tokens + one.usage.completion_tokens);
});

test("a stream ends with a finish reason, then usage without choices when asked for, then [DONE]", async () => {
  const { post } = await start();
  const read = async (more: Record<string, unknown>) => {
    const response = await post(chat("hello", { stream: true, ...more }));
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    const events = (await response.text())
      .trim()
      .split("\n\n")
      .map((event) => event.replace(/^data: /, ""));
    assert.equal(events.pop(), "[DONE]");
    const Chunk = z.object({
      object: z.literal("chat.completion.chunk"),
      choices: z.array(z.object({ delta: z.record(z.string(), z.unknown()), finish_reason: z.string().nullable() })),
      usage: z.unknown().optional(),
    });
    return events.map((event) => Chunk.parse(JSON.parse(event)));
  };
  const plain = await read({});
  assert.deepEqual(plain[0]?.choices[0], { delta: { role: "assistant", content: "" }, finish_reason: null });
  assert.deepEqual(plain.at(-1)?.choices[0], { delta: {}, finish_reason: "stop" });
  assert.ok(plain.every((chunk) => chunk.usage === undefined));
  const counted = await read({ stream_options: { include_usage: true } });
  assert.ok(counted.slice(0, -1).every((chunk) => chunk.usage === null));
  assert.deepEqual(counted.at(-1)?.choices, []);
  assert.ok(counted.at(-1)?.usage);
});

test("models are listed and found; others are 404 in the API's shape", async () => {
  const { server } = await start();
  const List = z.object({
    object: z.literal("list"),
    data: z.array(z.object({ id: z.string(), object: z.literal("model") })),
  });
  const list = List.parse(await (await fetch(`${server.url}/models`)).json());
  const id = list.data[0]?.id ?? "";
  assert.equal((await fetch(`${server.url}/models/${id}`)).status, 200);
  const missing = await fetch(`${server.url}/models/none`);
  assert.equal(missing.status, 404);
  assert.deepEqual(await missing.json(), {
    error: { message: "no model none", type: "invalid_request_error", param: null, code: "model_not_found" },
  });
  assert.equal((await fetch(`${server.url}/other`)).status, 404);
  assert.equal((await fetch(`${server.url}/chat/completions`)).status, 405);
});

const refused: readonly [string, unknown, RegExp][] = [
  ["no JSON", "{not json", /not JSON/],
  ["deep nesting", "[".repeat(20_000), /not JSON/],
  ["no messages", { model: "m", messages: [] }, /messages/],
  ["an unknown role of a message", { model: "m", messages: [{ role: "king", content: "x" }] }, /messages\[0\]\.role/],
  ["two choices", chat("x", { n: 2 }), /one choice/],
  ["a wrong temperature", chat("x", { temperature: 9 }), /temperature/],
];
for (const [name, body, message] of refused) {
  test(`a request with ${name} is a 400 that says why`, async () => {
    const { post } = await start();
    const response = await post(body);
    assert.equal(response.status, 400);
    const { error } = z.object({ error: z.object({ message: z.string() }) }).parse(await response.json());
    assert.match(error.message, message);
  });
}

test("stop sequences and a token limit cut the answer", async () => {
  const { post } = await start();
  const content = async (more: Record<string, unknown>) =>
    Completion.parse(await (await post(chat("hello", more))).json()).choices[0];
  const stopped = await content({ stop: [" speaking"] });
  assert.deepEqual([stopped.message.content, stopped.finish_reason], ["This is the offline model", "stop"]);
  const limited = await content({ max_completion_tokens: 2 });
  assert.deepEqual([limited.message.content, limited.finish_reason], ["This is ", "length"]);
});

test("an answer follows the JSON Schema of the request", async () => {
  const { post } = await start();
  const Value = z.strictObject({
    title: z.string().max(10),
    kind: z.enum(["a", "b"]),
    count: z.int().min(3),
    tags: z.array(z.string()).min(2),
    inner: z.strictObject({ flag: z.boolean(), nothing: z.null(), either: z.union([z.number(), z.string()]) }),
  });
  const schema = z.toJSONSchema(Value);
  const format = { type: "json_schema", json_schema: { name: "v", schema } };
  const completion = Completion.parse(
    await (await post(chat("hello there, all of you", { response_format: format }))).json(),
  );
  Value.parse(JSON.parse(completion.choices[0].message.content));
});

test("a role's latency is that of the pace that was asked for", async () => {
  const clock = new ManualClock();
  const { post } = await start({ clock, pace: { firstTokenMs: 700 } });
  const response = post(chat("hello"));
  await clock.sleeping();
  assert.equal(clock.nextInMs, 700);
  await clock.advance(700);
  assert.equal((await response).status, 200);
});

test("a rate limit has both headers and the API's error", async () => {
  const { post, server } = await start();
  server.addFault({ kind: "rate_limit", times: 1, retryAfterMs: 1_500 });
  const response = await post(chat("x"));
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("retry-after"), "2");
  assert.equal(response.headers.get("retry-after-ms"), "1500");
  assert.equal((await post(chat("x"))).status, 200);
  assert.deepEqual(
    server.requests.map(({ fault }) => fault),
    ["rate_limit", undefined],
  );
});

test("faults come from the text, from the model's name and from the plan, for the role and as often as they say", () => {
  const plan = new FaultPlan([{ kind: "slow", role: "planner", times: 1 }]);
  const take = (role: string, prompt: string, model = "offline-fast") => plan.take(role, model, prompt)?.kind;
  assert.equal(take("router", "x"), undefined);
  assert.equal(take("planner", "x"), "slow");
  assert.equal(take("planner", "x"), undefined);
  assert.equal(take("router", "x", "offline-fast!garbage"), "garbage");
  assert.equal(take("router", "x", "offline-fast!nonsense"), undefined);
  assert.equal(take("router", "do it [[fault 429]]"), "rate_limit");
  assert.equal(take("router", "do it [[fault 500 developer]]"), undefined);
  assert.equal(take("developer", "do it [[fault 500 developer]]"), "server_error");
  const twice = "other [[fault cut developer x2]]";
  assert.deepEqual(
    [take("developer", twice), take("developer", twice), take("developer", twice)],
    ["cut", "cut", undefined],
  );
});

test("a port that is taken is an error, not a server somewhere else", async () => {
  const { server } = await start();
  await assert.rejects(startOfflineModel({ port: Number(new URL(server.url).port) }), /EADDRINUSE/);
});
