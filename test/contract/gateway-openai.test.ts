/** The unmodified `openai` package against a gateway on a real server. No node runs: the test writes records and tokens as fake roles. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Gateway } from "@troupe/gateway";
import type { DoneBody } from "@troupe/runtime/internal";
import OpenAI from "openai";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";
import { nextTask, opened, play, say, silent } from "../support/played-task.ts";

let bed: GatewayBed;
let gateway: Gateway;
let openai: OpenAI;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateway = await bed.gateway();
  openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "none" });
});
after(() => bed[Symbol.asyncDispose]());

const HELLO = [{ role: "user" as const, content: "hello" }];
test("the models are the doors of the deployed system", async () => {
  const { data } = await openai.models.list();
  assert.deepEqual(
    data.map(({ id, object, owned_by }) => [id, object, owned_by]),
    [
      ["router", "model", "demo"],
      ["developer", "model", "demo"],
    ],
  );
  assert.equal((await openai.models.retrieve("router")).id, "router");
  await assert.rejects(openai.models.retrieve("planner"), OpenAI.NotFoundError);
});

test("a chat completion is a task: its result is the answer, its tokens the usage", async () => {
  const { id, input, answer } = await play(
    bed,
    () => openai.chat.completions.create({ model: "router", messages: HELLO, user: "ann", temperature: 0.2 }),
    silent,
    { result: "hi there" },
  );
  const completion = await answer;
  assert.equal(input, "hello");
  assert.equal(completion.id, `chatcmpl-${id}`);
  assert.equal(completion.model, "router");
  assert.equal(completion.choices[0]?.message.content, "hi there");
  assert.equal(completion.choices[0]?.finish_reason, "stop");
  assert.deepEqual(completion.usage, { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42 });
  const task = await fetch(`${gateway.url}/api/v1/tasks/${id}`);
  assert.deepEqual(((await task.json()) as { metadata: unknown }).metadata, { user: "ann" });
});

test("a stream shows the answering role's tokens as they come, and the concatenation is the answer", async () => {
  const shown = Promise.withResolvers<void>();
  let text = "";
  let thought = "";
  const read = async () => {
    const stream = await openai.chat.completions.create({
      model: "router",
      messages: HELLO,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
      const delta = chunk.choices[0]?.delta as { content?: string; reasoning_content?: string } | undefined;
      text += delta?.content ?? "";
      thought += delta?.reasoning_content ?? "";
      if (text === "hi " && thought === "hm") shown.resolve();
    }
    return chunks;
  };
  const { answer } = await play(
    bed,
    read,
    async (id) => {
      await opened(bed, id);
      say(bed, id, "router", 1, "hm");
      say(bed, id, "developer", 2, "hi ");
      await shown.promise;
    },
    { result: "hi there" },
  );
  const chunks = await answer;
  assert.equal(text, "hi there");
  assert.equal(thought, "hm");
  assert.deepEqual(chunks[0]?.choices[0]?.delta, { role: "assistant", content: "" });
  assert.equal(new Set(chunks.map(({ id, created, model }) => `${id} ${created} ${model}`)).size, 1);
  const last = chunks.at(-1);
  assert.deepEqual(last?.choices, []);
  assert.equal(last?.usage?.total_tokens, 42);
  assert.equal(chunks.at(-2)?.choices[0]?.finish_reason, "stop");
  for (const chunk of chunks.slice(0, -1)) assert.equal(chunk.usage, null);
});

test("a stream without any tokens brings the whole answer; the SDK's own accumulation agrees", async () => {
  const { answer } = await play(
    bed,
    () => openai.chat.completions.stream({ model: "developer", messages: HELLO }).finalChatCompletion(),
    silent,
    { result: { verdict: "fine" } },
  );
  const completion = await answer;
  assert.equal(completion.choices[0]?.message.content, '{"verdict":"fine"}');
});

test("a conversation goes in as input and history, instructions last", async () => {
  const { input, answer } = await play(
    bed,
    () =>
      openai.chat.completions.create({
        model: "router",
        messages: [
          { role: "system", content: "be brief" },
          { role: "user", content: "one" },
          { role: "assistant", content: "1" },
          { role: "user", content: [{ type: "text", text: "two" }] },
        ],
      }),
    silent,
  );
  await answer;
  assert.deepEqual(input, {
    input: "two",
    history: [
      { role: "user", content: "one" },
      { role: "assistant", content: "1" },
      { role: "system", content: "be brief" },
    ],
  });
});

test("wrong requests raise the SDK's own errors with code and param, and start nothing", async () => {
  const rows: [Record<string, unknown>, number, string][] = [
    [{ model: "planner" }, 404, "model"],
    [{ messages: [] }, 400, "messages"],
    [{ messages: [{ role: "system", content: "x" }] }, 400, "messages"],
    [{ n: 2 }, 400, "n"],
    [{ stop: ["x"] }, 400, "stop"],
    [{ logprobs: true }, 400, "logprobs"],
    [{ response_format: { type: "json_object" } }, 400, "response_format.type"],
    [{ tool_choice: "required" }, 400, "tool_choice"],
    [
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] },
      400,
      "messages[0].content",
    ],
  ];
  for (const [change, status, param] of rows) {
    const body = { model: "router", messages: HELLO, ...change } as OpenAI.ChatCompletionCreateParamsNonStreaming;
    await assert.rejects(openai.chat.completions.create(body), (error: unknown) => {
      assert.ok(error instanceof OpenAI.APIError, String(error));
      assert.equal(error.status, status, JSON.stringify(change));
      assert.ok(error.param?.startsWith(param), `${JSON.stringify(change)}: ${error.param}`);
      assert.ok(error.code);
      return true;
    });
  }
});

test("a failed task is an error that the SDK does not repeat; in a stream it is raised in the middle", async () => {
  const error = { code: "model_unavailable", message: "no endpoint answered" };
  let calls = 0;
  const counting = new OpenAI({
    baseURL: `${gateway.url}/v1`,
    apiKey: "none",
    fetch: (...given) => {
      calls++;
      return fetch(...given);
    },
  });
  const { answer } = await play(
    bed,
    () => counting.chat.completions.create({ model: "router", messages: HELLO }),
    silent,
    {
      status: "failed",
      result: undefined,
      error,
    },
  );
  await assert.rejects(answer, (thrown: unknown) => {
    assert.ok(thrown instanceof OpenAI.InternalServerError);
    assert.equal(thrown.code, "model_unavailable");
    return true;
  });
  assert.equal(calls, 1);
  const streamed = await play(
    bed,
    () => openai.chat.completions.stream({ model: "router", messages: HELLO }).finalChatCompletion(),
    silent,
    { status: "failed", result: undefined, error },
  );
  await assert.rejects(streamed.answer, /no endpoint answered/);
});

test("a caller who aborts leaves the task running, and a repeat with its key gets its answer", async () => {
  const abort = new AbortController();
  const body = { model: "router", messages: HELLO };
  const headers = { "Idempotency-Key": "abort-1" };
  const { id } = await nextTask(bed, () => {
    openai.chat.completions.create(body, { headers, signal: abort.signal }).catch(() => undefined);
  });
  abort.abort();
  await bed.done(id, { result: "late" });
  const again = await openai.chat.completions.create(body, { headers });
  assert.equal(again.id, `chatcmpl-${id}`);
  assert.equal(again.choices[0]?.message.content, "late");
});

test("a result that is stored beside the log is answered in full", async () => {
  const input = "x".repeat(700_000);
  const { answer } = await play(
    bed,
    () => openai.chat.completions.create({ model: "router", messages: [{ role: "user", content: input }] }),
    silent,
  );
  const stored = await bed.started((await answer).id.replace("chatcmpl-", ""));
  const reference = JSON.parse(new TextDecoder().decode(stored?.body)) as DoneBody["result"];
  const echo = await play(bed, () => openai.chat.completions.create({ model: "router", messages: HELLO }), silent, {
    result: reference,
  });
  assert.equal((await echo.answer).choices[0]?.message.content, input);
});

test("a stopping gateway tells who waits that the task goes on", async () => {
  const doomed = await bed.gateway();
  const client = new OpenAI({ baseURL: `${doomed.url}/v1`, apiKey: "none" });
  let waiting: Promise<unknown> | undefined;
  const { id } = await nextTask(bed, () => {
    waiting = client.chat.completions.create({ model: "router", messages: HELLO });
    waiting.catch(() => undefined);
  });
  await opened(bed, id);
  await doomed.stop();
  assert.ok(waiting);
  await assert.rejects(waiting, (error: unknown) => {
    assert.ok(error instanceof OpenAI.APIError);
    assert.equal(error.code, "unavailable");
    assert.match(error.message, new RegExp(id));
    return true;
  });
});
