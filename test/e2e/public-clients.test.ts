/** Packages that people have already, unmodified, against the reference system on the offline model, as a newcomer starts it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { UsageMetadata } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";
import { APICallError, generateText, streamText } from "ai";
import { EventSource } from "eventsource";
import OpenAI from "openai";
import { TroupeProcess } from "../support/troupe-cli.ts";

const CLIENT = fileURLToPath(new URL("../../examples/openai-client/main.ts", import.meta.url));
const PROMPT = "Write a function that adds two numbers";
const MESSAGES = [{ role: "user" as const, content: PROMPT }];

let folder: string;
let troupe: TroupeProcess;
let http: string;
let baseURL: string;
let openai: OpenAI;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-clients-"));
  troupe = new TroupeProcess(["start", "--memory"], folder);
  [, http = ""] = await troupe.shows(/Running\. HTTP (\S+)/);
  baseURL = `${http}/v1`;
  openai = new OpenAI({ baseURL, apiKey: "none" });
});
after(async () => {
  await troupe.killAll();
  await rm(folder, { recursive: true, force: true });
});

const langChain = (options: { readonly model?: string; readonly useResponsesApi?: boolean } = {}) =>
  new ChatOpenAI({ model: "router", apiKey: "none", configuration: { baseURL }, ...options });
/** The package types the usage of an answer without tools as `never`; it is there all the same. */
const tokensOf = ({ usage_metadata }: { readonly usage_metadata?: unknown }): number =>
  (usage_metadata as UsageMetadata | undefined)?.total_tokens ?? 0;
const aiSdk = () => createOpenAICompatible({ name: "troupe", baseURL, apiKey: "none", includeUsage: true });

test("openai: the door of the reference system is a model that answers, with its usage", async () => {
  assert.deepEqual(
    (await openai.models.list()).data.map(({ id }) => id),
    ["router"],
  );
  const completion = await openai.chat.completions.create({ model: "router", messages: MESSAGES });
  assert.match(completion.choices[0]?.message.content ?? "", /adds two numbers/);
  assert.ok((completion.usage?.prompt_tokens ?? 0) > 0);
  assert.ok((completion.usage?.completion_tokens ?? 0) > 0);
});

test("openai: a stream shows the team at work as thoughts, and then exactly the answer that the task has", async () => {
  const stream = await openai.chat.completions.create({ model: "router", messages: MESSAGES, stream: true });
  let [id, text, thought] = ["", "", ""];
  for await (const chunk of stream) {
    id = chunk.id;
    const delta = chunk.choices[0]?.delta as { content?: string; reasoning_content?: string } | undefined;
    text += delta?.content ?? "";
    thought += delta?.reasoning_content ?? "";
  }
  const task = await fetch(`${http}/api/v1/tasks/${id.replace("chatcmpl-", "")}`);
  assert.equal(((await task.json()) as { result: unknown }).result, text);
  assert.match(thought, /\S/);
});

test("openai: the example runs", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [CLIENT, baseURL], { timeout: 60_000 });
  assert.match(stdout, /^models: router\n/);
  assert.match(stdout, /\d+ tokens\n\nSay it shorter:\n\S/);
});

test("@langchain/openai answers and streams with usage, over chat completions and over responses", async () => {
  for (const useResponsesApi of [false, true]) {
    const model = langChain({ useResponsesApi });
    const answer = await model.invoke(PROMPT);
    assert.match(answer.text, /adds two numbers/);
    assert.ok(tokensOf(answer) > 0);
    let [text, tokens] = ["", 0];
    for await (const chunk of await model.stream(PROMPT)) {
      text += chunk.text;
      tokens += tokensOf(chunk);
    }
    assert.match(text, /adds two numbers/);
    assert.ok(tokens > 0);
  }
});

test("@langchain/openai raises an error with status and code, and offers tools without harm", async () => {
  await assert.rejects(langChain({ model: "nobody" }).invoke(PROMPT), { status: 404, code: "unknown_role" });
  const schema = { type: "object", properties: { a: { type: "number" } } };
  const tool = { type: "function" as const, function: { name: "add", description: "Adds", parameters: schema } };
  assert.match((await langChain().bindTools([tool]).invoke(PROMPT)).text, /adds two numbers/);
});

test("ai with @ai-sdk/openai-compatible answers, and streams the answer and the team's thoughts", async () => {
  const { text, usage, finishReason } = await generateText({ model: aiSdk()("router"), prompt: PROMPT });
  assert.match(text, /adds two numbers/);
  assert.equal(finishReason, "stop");
  assert.ok((usage.totalTokens ?? 0) > 0);
  const stream = streamText({ model: aiSdk()("router"), prompt: PROMPT });
  let [streamed, thoughts] = ["", ""];
  for await (const part of stream.fullStream) {
    if (part.type === "text-delta") streamed += part.text;
    if (part.type === "reasoning-delta") thoughts += part.text;
    assert.notEqual(part.type, "error");
  }
  assert.match(streamed, /adds two numbers/);
  assert.match(thoughts, /\S/);
  assert.ok(((await stream.usage).totalTokens ?? 0) > 0);
});

test("ai does not repeat what cannot succeed", async () => {
  const asked = generateText({ model: aiSdk()("nobody"), prompt: PROMPT });
  await assert.rejects(
    asked,
    (error) => APICallError.isInstance(error) && error.statusCode === 404 && !error.isRetryable,
  );
});

test("eventsource follows a task to its end and then stays away", async () => {
  const submitted = await fetch(`${http}/api/v1/tasks`, {
    method: "POST",
    body: JSON.stringify({ role: "router", input: PROMPT }),
  });
  const { task_id } = (await submitted.json()) as { task_id: string };
  const types: string[] = [];
  const source = new EventSource(`${http}/api/v1/tasks/${task_id}/events`);
  for (const type of ["accepted", "step", "forward", "done"]) source.addEventListener(type, () => types.push(type));
  // The end of the stream makes it reconnect; 204 tells it that there is nothing more.
  await new Promise<void>((resolve) => {
    source.addEventListener("error", ({ code }) => {
      if (code === 204) resolve();
    });
  });
  assert.equal(source.readyState, EventSource.CLOSED);
  assert.equal(types[0], "accepted");
  assert.ok(types.includes("forward"));
  assert.deepEqual(
    types.filter((type) => type === "done"),
    ["done"],
  );
});
