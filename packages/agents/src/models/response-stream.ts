import { z } from "zod";
import { assertFewPieces, bounded, MAX_TOOL_CALLS } from "./answer-limits.ts";
import { BrokenAnswerError } from "./failure.ts";
import type { AnswerReader, StreamedAnswer } from "./model-api.ts";

const text = z.string();
const place = z.int().min(0).max(100_000);
const Failure = z.object({ code: z.string().nullish(), message: text.nullish() });
const Ended = z.object({
  response: z.object({
    model: text.nullish(),
    usage: z.object({ input_tokens: z.int().min(0), output_tokens: z.int().min(0) }).nullish(),
    incomplete_details: z.object({ reason: text.nullish() }).nullish(),
    error: Failure.nullish(),
  }),
});

/** An event as far as we read it; types that are not here say nothing that we need, and endpoints add new ones. */
const Event = z.discriminatedUnion("type", [
  z.object({ type: z.literal("response.output_text.delta"), delta: text }),
  z.object({ type: z.literal("response.refusal.delta"), delta: text }),
  z.object({
    type: z.literal("response.output_item.added"),
    output_index: place,
    item: z.object({ type: text, call_id: text.optional(), name: text.optional() }),
  }),
  z.object({ type: z.literal("response.function_call_arguments.delta"), output_index: place, delta: text }),
  z.object({ type: z.literal("response.completed"), ...Ended.shape }),
  z.object({ type: z.literal("response.incomplete"), ...Ended.shape }),
  z.object({ type: z.literal("response.failed"), ...Ended.shape }),
  z.object({ type: z.literal("error"), ...Failure.shape }),
]);
type Event = z.infer<typeof Event>;
const READ: ReadonlySet<string> = new Set(Event.options.map((option) => option.shape.type.value));
const AnyEvent = z.looseObject({ type: text });

/** Puts the events of one streamed response together. */
export class ResponseAssembly implements AnswerReader {
  #events = 0;
  #content = "";
  #refusal = "";
  #end: z.infer<typeof Ended>["response"] | undefined;
  readonly #toolCalls = new Map<number, { id: string; name: string; arguments: string }>();

  add(piece: unknown): string {
    const { type } = parse(AnyEvent, piece);
    this.#events += 1;
    assertFewPieces(this.#events);
    return READ.has(type) ? this.#take(parse(Event, piece)) : "";
  }

  #take(event: Event): string {
    switch (event.type) {
      case "response.output_text.delta":
        this.#content = bounded(this.#content + event.delta, "the answer does not end");
        return event.delta;
      case "response.refusal.delta":
        this.#refusal = bounded(this.#refusal + event.delta, "the refusal does not end");
        return "";
      case "response.output_item.added":
        if (event.item.type === "function_call") this.#addCall(event.output_index, event.item);
        return "";
      case "response.function_call_arguments.delta":
        this.#addArguments(event.output_index, event.delta);
        return "";
      case "response.completed":
      case "response.incomplete":
        this.#end = event.response;
        return "";
      case "response.failed":
        throw new BrokenAnswerError(`the endpoint gave up: ${reasonOf(event.response.error)}`);
      case "error":
      default:
        throw new BrokenAnswerError(`the endpoint failed: ${reasonOf(event)}`);
    }
  }

  #addCall(
    at: number,
    { call_id: id = "", name = "" }: { call_id?: string | undefined; name?: string | undefined },
  ): void {
    if (this.#toolCalls.size >= MAX_TOOL_CALLS) throw new BrokenAnswerError(`more than ${MAX_TOOL_CALLS} tool calls`);
    this.#toolCalls.set(at, { id, name, arguments: "" });
  }

  #addArguments(at: number, delta: string): void {
    const call = this.#toolCalls.get(at);
    if (call === undefined) throw new BrokenAnswerError("arguments came for a tool call that was not announced");
    call.arguments = bounded(call.arguments + delta, "the arguments of a tool call do not end");
  }

  finish(): StreamedAnswer {
    const end = this.#end;
    if (end === undefined) throw new BrokenAnswerError("the answer broke off before its end");
    const toolCalls = [...this.#toolCalls.entries()]
      .toSorted(([a], [b]) => a - b)
      .map(([at, call]) => ({ ...call, id: call.id || `call_${at}` }));
    return {
      content: this.#content,
      refusal: this.#refusal || null,
      toolCalls,
      finishReason: finishReason(end.incomplete_details?.reason, toolCalls.length),
      model: end.model ?? undefined,
      usage: end.usage ? { inputTokens: end.usage.input_tokens, outputTokens: end.usage.output_tokens } : undefined,
    };
  }
}

/** In the words of the chat completions API, which the rest of the house speaks. */
function finishReason(incomplete: string | null | undefined, toolCalls: number): string {
  if (incomplete === "max_output_tokens") return "length";
  if (incomplete) return incomplete;
  return toolCalls > 0 ? "tool_calls" : "stop";
}

function parse<T>(schema: z.ZodType<T>, piece: unknown): T {
  const parsed = schema.safeParse(piece);
  if (parsed.success) return parsed.data;
  throw new BrokenAnswerError(`the endpoint sent no event of a response: ${z.prettifyError(parsed.error)}`);
}

const reasonOf = (failure: z.infer<typeof Failure> | null | undefined): string =>
  [failure?.code, failure?.message].filter(Boolean).join(" ").slice(0, 300) || "no reason was given";
