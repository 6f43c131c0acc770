/** A model behind HTTP that allows so many requests a second and no more, says so in its headers, and keeps its own log. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";

const Request = z.looseObject({ messages: z.array(z.looseObject({ content: z.string() })) });

export interface Served {
  readonly atMs: number;
  /** Content of the last message. */
  readonly text: string;
  readonly isRefused: boolean;
}

export interface LimitedModel extends AsyncDisposable {
  readonly url: string;
  readonly log: readonly Served[];
}

/** A bucket of `perSecond` requests that is refilled within a second. */
export async function startLimitedModel(perSecond: number): Promise<LimitedModel> {
  const log: Served[] = [];
  let level = perSecond;
  let levelAtMs = performance.now();
  const take = () => {
    const nowMs = performance.now();
    level = Math.min(perSecond, level + ((nowMs - levelAtMs) * perSecond) / 1_000);
    levelAtMs = nowMs;
    if (level < 1) return false;
    level -= 1;
    return true;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = Request.parse(JSON.parse(Buffer.concat(await request.toArray()).toString()));
    const isGiven = take();
    log.push({ atMs: performance.now(), text: body.messages.at(-1)?.content ?? "", isRefused: !isGiven });
    const headers = {
      "x-ratelimit-limit-requests": String(perSecond),
      "x-ratelimit-remaining-requests": String(Math.floor(level)),
      "x-ratelimit-reset-requests": `${Math.ceil(((perSecond - level) * 1_000) / perSecond)}ms`,
    };
    if (!isGiven) {
      response.writeHead(429, { ...headers, "retry-after-ms": "200", "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: "too many requests", type: "rate_limit" } }));
      return;
    }
    response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
    const choice = { index: 0, delta: { role: "assistant", content: "ok" }, finish_reason: "stop" };
    const chunk = { id: "c", object: "chat.completion.chunk", created: 0, model: "m", choices: [choice] };
    response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((listening) => void server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the model has no address");
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    log,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((closed) => void server.close(() => closed()));
    },
  };
}
