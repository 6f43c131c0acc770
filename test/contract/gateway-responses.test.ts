/** OpenAI's Responses API as the unmodified `openai` package speaks it, against a gateway on a real server. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import OpenAI from "openai";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";
import { play, silent } from "../support/played-task.ts";

let bed: GatewayBed;
let openai: OpenAI;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  const gateway = await bed.gateway();
  openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "none" });
});
after(() => bed[Symbol.asyncDispose]());

test("a response is a task with OpenAI's items, and the next one continues it", async () => {
  const first = await play(
    bed,
    () => openai.responses.create({ model: "router", input: "one", instructions: "be brief" }),
    silent,
    { result: "1" },
  );
  const response = await first.answer;
  assert.equal(response.output_text, "1");
  assert.equal(response.status, "completed");
  assert.equal(response.usage?.total_tokens, 42);
  assert.equal((await openai.responses.retrieve(response.id)).output_text, "1");
  const second = await play(
    bed,
    () => openai.responses.create({ model: "router", input: "two", previous_response_id: response.id }),
    silent,
  );
  await second.answer;
  assert.deepEqual(second.input, {
    input: "two",
    history: [
      { role: "user", content: "one" },
      { role: "assistant", content: "1" },
    ],
  });
});

test("a streamed response has the events that the SDK accumulates", async () => {
  const types: string[] = [];
  const { answer } = await play(
    bed,
    async () => {
      const stream = openai.responses.stream({ model: "router", input: "hello" });
      for await (const event of stream) types.push(event.type);
      return stream.finalResponse();
    },
    silent,
    { result: "hi there" },
  );
  assert.equal((await answer).output_text, "hi there");
  assert.deepEqual(types, [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
});

test("a background response answers at once, can be cancelled, and cannot be continued then", async () => {
  const queued = await openai.responses.create({ model: "router", input: "later", background: true });
  assert.match(queued.status ?? "", /^(queued|in_progress)$/);
  assert.equal((await openai.responses.cancel(queued.id)).status, "cancelled");
  const next = { model: "router", input: "more", previous_response_id: queued.id };
  await assert.rejects(openai.responses.create(next, { maxRetries: 0 }), OpenAI.ConflictError);
  await assert.rejects(openai.responses.retrieve("resp_nonsense"), OpenAI.NotFoundError);
});
