/** OpenAI's chat completions over a small model, streamed or whole, one answer after another. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as bodyText } from "node:stream/consumers";
import { z } from "zod";
import type { ChatItem, ChatSession, Engine, Llama, LlamaModel, SmallModel } from "./small-model.ts";

const CONTEXT_TOKENS = 2_048;
/** A small model seldom stops by itself: so much of plain text, and so much of each text in a JSON answer, whose form a grammar keeps. */
const MAX_ANSWER_TOKENS = 24;
const MAX_TEXT_LENGTH = 40;
/** What a bounded JSON answer needs at most. */
const MAX_JSON_TOKENS = 120;
/** Of each message, characters: reading takes as long as writing, and a long conversation must fit into the small window. */
const MAX_MESSAGE_LENGTH = 400;
/** So often a streamed answer gives a sign of life, ms: the first token may take long where the machine has other things to do. */
const SIGN_EVERY_MS = 5_000;
const WARM_UP_TOKENS = 8;
/** Two wait for each other at every step, which on a busy machine takes them many times as long as one. */
const THREADS = 1;

const Request = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.null()]).optional() })).min(1),
  stream: z.boolean().nullish(),
  temperature: z.number().nullish(),
  max_completion_tokens: z.int().nullish(),
  response_format: z
    .looseObject({ json_schema: z.looseObject({ schema: z.record(z.string(), z.unknown()) }).optional() })
    .nullish(),
});
type Request = z.infer<typeof Request>;

export interface SmallModelServer extends AsyncDisposable {
  readonly url: string;
  /** How fast it writes here and now. */
  readonly tokensPerSecond: number;
  /** Answers given so far. */
  readonly answered: number;
}

/** Loads the model and serves it on a free port of this machine. */
export async function serveSmallModel({ engine, weights }: SmallModel): Promise<SmallModelServer> {
  const llama = await engine.getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: THREADS });
  const model = await llama.loadModel({ modelPath: weights });
  const loaded = { engine, llama, model };
  const tokensPerSecond = await speedOf(loaded);
  let answered = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await answer(loaded, request, response);
      answered++;
    } catch (error) {
      if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ error: { message: String(error), type: "server_error", code: null, param: null } }),
      );
    }
  };
  const server = createServer((request, response) => {
    turn = turn.then(() => serve(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}/v1`,
    tokensPerSecond,
    get answered() {
      return answered;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await turn;
      await llama.dispose();
    },
  };
}

interface Conversation {
  readonly history: readonly ChatItem[];
  readonly last: string;
}

interface Loaded {
  readonly engine: Engine;
  readonly llama: Llama;
  readonly model: LlamaModel;
}

/** Tokens a second. The very first prompt takes many times as long as those after it, so the second one counts. */
async function speedOf(loaded: Loaded): Promise<number> {
  const say = async (maxTokens: number): Promise<void> => {
    const options = { maxTokens, temperature: 0, onTextChunk: () => undefined };
    await prompt(loaded, { history: [], last: "Count to one hundred." }, options, new AbortController().signal);
  };
  await say(1);
  const beganMs = performance.now();
  await say(WARM_UP_TOKENS);
  return (WARM_UP_TOKENS * 1_000) / (performance.now() - beganMs);
}

type PromptOptions = Omit<Parameters<ChatSession["prompt"]>[1], "signal" | "stopOnAbortSignal">;

async function prompt(
  { engine, model }: Loaded,
  { history, last }: Conversation,
  options: PromptOptions,
  signal: AbortSignal,
): Promise<string> {
  const context = await model.createContext({ contextSize: CONTEXT_TOKENS, threads: THREADS });
  const session = new engine.LlamaChatSession({ contextSequence: context.getSequence(), autoDisposeSequence: true });
  try {
    session.setChatHistory(history);
    return await session.prompt(last, { ...options, signal, stopOnAbortSignal: true });
  } finally {
    session.dispose();
    await context.dispose();
  }
}

async function answer(loaded: Loaded, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { llama, model } = loaded;
  const asked = Request.parse(JSON.parse(await bodyText(request)));
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const reply = replyTo(asked, response);
  const schema = asked.response_format?.json_schema?.schema;
  const most = schema === undefined ? MAX_ANSWER_TOKENS : MAX_JSON_TOKENS;
  const options: PromptOptions = {
    ...(schema === undefined ? {} : { grammar: await llama.createGrammarForJsonSchema(bounded(schema)) }),
    maxTokens: Math.min(asked.max_completion_tokens ?? most, most),
    temperature: asked.temperature ?? 0.7,
    onTextChunk: (piece) => reply.piece(piece),
  };
  const content = await prompt(loaded, conversation(asked), options, gone.signal);
  const sizeOf = (text: string) => model.tokenize(text).length;
  reply.end(content, sizeOf(asked.messages.map((message) => message.content ?? "").join("\n")), sizeOf(content));
}

/** The answer in the API's words: streamed where that was asked for. */
function replyTo(asked: Request, response: ServerResponse) {
  const head = { id: "chatcmpl-small", created: 0, model: asked.model };
  const say = (choices: readonly object[], usage: object | null) =>
    response.write(`data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices, usage })}\n\n`);
  const isStream = asked.stream === true;
  const sign = () => say([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }], null);
  const signs = isStream ? setInterval(sign, SIGN_EVERY_MS) : undefined;
  if (isStream) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    sign();
  }
  response.once("close", () => clearInterval(signs));
  return {
    piece: (content: string) => {
      if (isStream) say([{ index: 0, delta: { content }, finish_reason: null }], null);
    },
    end: (content: string, prompted: number, completed: number) => {
      clearInterval(signs);
      const usage = { prompt_tokens: prompted, completion_tokens: completed, total_tokens: prompted + completed };
      if (isStream) {
        say([{ index: 0, delta: {}, finish_reason: "stop" }], null);
        say([], usage);
        response.end("data: [DONE]\n\n");
        return;
      }
      const choices = [{ index: 0, message: { role: "assistant", content, refusal: null }, finish_reason: "stop" }];
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ ...head, object: "chat.completion", choices, usage }));
    },
  };
}

/** The same schema with an end to every text: a grammar that allows more, a small model goes on with. */
function bounded(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(bounded);
  if (typeof schema !== "object" || schema === null) return schema;
  const same = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, bounded(value)]));
  return same["type"] === "string" && same["enum"] === undefined ? { ...same, maxLength: MAX_TEXT_LENGTH } : same;
}

/** What was said before, and the last words, which the model answers. */
function conversation({ messages }: Request): Conversation {
  const items = messages.map(({ role, content }): ChatItem => {
    const text = (content ?? "").slice(0, MAX_MESSAGE_LENGTH);
    if (role === "system" || role === "developer") return { type: "system", text };
    return role === "assistant" ? { type: "model", response: [text] } : { type: "user", text };
  });
  const last = items.at(-1);
  return { history: items.slice(0, -1), last: last !== undefined && "text" in last ? last.text : "Go on." };
}
