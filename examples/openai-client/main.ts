/** The unmodified `openai` package against a Troupe gateway: models, an answer, a stream, a conversation. */
import OpenAI from "openai";

const [baseURL = "http://127.0.0.1:8080/v1", question = "Explain what a queue is"] = process.argv.slice(2);
const openai = new OpenAI({ baseURL, apiKey: "none" });

const models = await openai.models.list();
const model = models.data[0]?.id;
if (model === undefined) throw new Error("the deployed system has no door");
process.stdout.write(`models: ${models.data.map(({ id }) => id).join(", ")}\n\n`);

const stream = await openai.chat.completions.create({
  model,
  messages: [{ role: "user", content: question }],
  stream: true,
  stream_options: { include_usage: true },
});
for await (const { choices, usage } of stream) {
  process.stdout.write(choices[0]?.delta.content ?? "");
  if (usage) process.stdout.write(`\n\n${usage.total_tokens} tokens\n`);
}

const first = await openai.responses.create({ model, input: question });
const second = await openai.responses.create({ model, input: "Say it shorter", previous_response_id: first.id });
process.stdout.write(`\nSay it shorter:\n${second.output_text}\n`);
