/** OpenAI's own package against the reference system on the offline model, as a newcomer starts both. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import OpenAI from "openai";
import { TroupeProcess } from "../support/troupe-cli.ts";

const CLIENT = fileURLToPath(new URL("../../examples/openai-client/main.ts", import.meta.url));
const MESSAGES = [{ role: "user" as const, content: "Write a function that adds two numbers" }];

let folder: string;
let troupe: TroupeProcess;
let baseURL: string;
let openai: OpenAI;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-openai-"));
  troupe = new TroupeProcess(["start", "--memory"], folder);
  const [, http = ""] = await troupe.shows(/Running\. HTTP (\S+)/);
  baseURL = `${http}/v1`;
  openai = new OpenAI({ baseURL, apiKey: "none" });
});
after(async () => {
  await troupe.killAll();
  await rm(folder, { recursive: true, force: true });
});

test("the door of the reference system is a model that answers, with its usage", async () => {
  assert.deepEqual(
    (await openai.models.list()).data.map(({ id }) => id),
    ["router"],
  );
  const completion = await openai.chat.completions.create({ model: "router", messages: MESSAGES });
  assert.match(completion.choices[0]?.message.content ?? "", /adds two numbers/);
  assert.ok((completion.usage?.prompt_tokens ?? 0) > 0);
  assert.ok((completion.usage?.completion_tokens ?? 0) > 0);
});

test("a stream shows the team at work as thoughts, and then exactly the answer that the task has", async () => {
  const stream = await openai.chat.completions.create({ model: "router", messages: MESSAGES, stream: true });
  let [id, text, thought] = ["", "", ""];
  for await (const chunk of stream) {
    id = chunk.id;
    const delta = chunk.choices[0]?.delta as { content?: string; reasoning_content?: string } | undefined;
    text += delta?.content ?? "";
    thought += delta?.reasoning_content ?? "";
  }
  const task = await fetch(`${baseURL.replace(/\/v1$/, "")}/api/v1/tasks/${id.replace("chatcmpl-", "")}`);
  assert.equal(((await task.json()) as { result: unknown }).result, text);
  assert.match(thought, /\S/);
});

test("the example runs", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [CLIENT, baseURL], { timeout: 60_000 });
  assert.match(stdout, /^models: router\n/);
  assert.match(stdout, /\d+ tokens\n\nSay it shorter:\n\S/);
});
