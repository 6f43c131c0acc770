import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Clock } from "@troupe/runtime";
import type { OfflineAnswer } from "./answer.ts";
import type { AnswerFormat } from "./answer-format.ts";
import type { ChatRequest } from "./chat-request.ts";
import type { CompletionHead } from "./completion.ts";
import type { Fault, FaultKind } from "./faults.ts";
import { ApiError, sendJson } from "./response.ts";

/** How fast answers come, ms. */
export interface Pace {
  readonly firstTokenMs: number;
  readonly tokenMs: number;
}

/** A request with its answer, and what goes wrong with it. */
export interface Reply {
  readonly chat: ChatRequest;
  readonly head: CompletionHead;
  readonly answer: OfflineAnswer;
  readonly fault: Fault | undefined;
  readonly format: AnswerFormat;
}

const SLOW_MS = 2_000;
const ENDLESS_PAUSE_MS = 20;
/** Pieces of an answer that come before it stalls or breaks off. */
const PIECES_BEFORE_FAULT = 3;

/** Sends the answer, or the fault in its place. Throws `ApiError` for faults that are errors. */
export async function respond(response: ServerResponse, reply: Reply, pace: Pace, clock: Clock): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => {
    gone.abort(new Error("the client is gone"));
  });
  const { fault } = reply;
  try {
    if (fault?.kind === "slow") await clock.sleep(fault.latencyMs ?? SLOW_MS, gone.signal);
    if (fault?.kind === "garbage") {
      response.writeHead(200, {
        "content-type": reply.chat.stream === true ? "text/event-stream" : "application/json",
      });
      response.end('data: {"choices": [{"delta": \u0000<html>502 Bad Gateway</html>\n\n');
      return;
    }
    if (fault?.kind === "silent") {
      await once(response, "close");
      return;
    }
    if (fault?.kind === "html") {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<!doctype html><title>Sign in to the network</title><p>Welcome to the café");
      return;
    }
    failWhereAsked(fault);
    const answered = { ...reply, answer: spoiled(reply.answer, fault?.kind) };
    if (reply.chat.stream === true) await stream(response, answered, pace, clock, gone.signal);
    else await whole(response, answered, pace, clock, gone.signal);
  } catch (error) {
    // A client that went away needs no answer; what it aborted here is not an error of ours.
    if (!gone.signal.aborted) throw error;
  }
}

function failWhereAsked(fault: Fault | undefined): void {
  if (fault?.kind === "rate_limit") {
    const waitMs = fault.retryAfterMs ?? 1_000;
    throw new ApiError(429, "requests", "Rate limit reached for the offline model.", "rate_limit_exceeded", null, {
      "retry-after": String(Math.ceil(waitMs / 1_000)),
      "retry-after-ms": String(waitMs),
    });
  }
  if (fault?.kind === "busy") throw new ApiError(429, "requests", "The offline model is busy.", "rate_limit_exceeded");
  if (fault?.kind === "server_error") throw new ApiError(500, "server_error", "The offline model was told to fail.");
  if (fault?.kind === "refuse") {
    throw new ApiError(401, "invalid_request_error", "The offline model was told to refuse.", "invalid_api_key");
  }
}

/** The answer of a model that forgot its instructions: text where JSON was asked for, or half of a tool call's arguments. */
function spoiled(answer: OfflineAnswer, kind: FaultKind | undefined): OfflineAnswer {
  if (kind === "unparsable") {
    const content = `Certainly! I would say: ${answer.content.slice(0, 40)}…`;
    return { ...answer, content, toolCalls: [], finishReason: "stop" };
  }
  if (kind !== "broken_tool") return answer;
  const toolCalls = answer.toolCalls.map((call) => ({ ...call, arguments: call.arguments.slice(0, -1) }));
  return { ...answer, toolCalls };
}

async function whole(
  response: ServerResponse,
  { head, answer, fault, format }: Reply,
  pace: Pace,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  if (pace.firstTokenMs > 0) await clock.sleep(pace.firstTokenMs, signal);
  if (fault?.kind === "stall") {
    await once(response, "close");
    return;
  }
  if (fault?.kind === "cut") {
    response.destroy();
    return;
  }
  sendJson(response, 200, format.whole(head, answer));
}

async function stream(
  response: ServerResponse,
  { chat, head, answer, fault, format }: Reply,
  pace: Pace,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  response.flushHeaders();
  if (pace.firstTokenMs > 0) await clock.sleep(pace.firstTokenMs, signal);
  let sent = 0;
  for (const event of format.events(head, answer, chat.stream_options?.include_usage === true)) {
    if (sent === PIECES_BEFORE_FAULT && fault?.kind === "stall") {
      await once(response, "close");
      return;
    }
    if (sent === PIECES_BEFORE_FAULT && fault?.kind === "cut") {
      response.destroy();
      return;
    }
    if (pace.tokenMs > 0) await clock.sleep(pace.tokenMs, signal);
    if (!response.write(event)) await once(response, "drain", { signal });
    sent += 1;
    if (sent === PIECES_BEFORE_FAULT && fault?.kind === "endless")
      await goOn(response, format.more(head, " and so on"), clock, signal);
  }
  response.end(format.end);
}

/** Says the same again and again, until nobody listens any more. */
async function goOn(response: ServerResponse, event: string, clock: Clock, signal: AbortSignal): Promise<never> {
  for (;;) {
    await clock.sleep(ENDLESS_PAUSE_MS, signal);
    if (!response.write(event)) await once(response, "drain", { signal });
  }
}
