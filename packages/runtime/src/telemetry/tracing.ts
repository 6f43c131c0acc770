/**
 * Spans on OpenTelemetry's API alone. Without an SDK in the process nothing of it does anything; which processes load one, and when, is
 * told in `start-tracing.ts`. A span is begun only under one that is recorded: who did not sample the task pays nothing.
 */
import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  createTraceState,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { formatTraceparent, parseTraceparent, type TraceContext } from "../contracts/trace-context.ts";
import { messageOf, TroupeError } from "../errors.ts";

export { type Span, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";

/** Name of the instrumentation scope of every span of ours. */
export const TRACER_NAME = "troupe";

/** What {@link inSpan} begins. */
export interface SpanSettings {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
}

const NOT_RECORDED = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
const OPEN_SPANS = createContextKey("troupe.open-spans");

/**
 * Runs something under a span of its own, if it is called under a recorded one; what it throws is the span's error. The span given to it
 * takes attributes; they go nowhere when nothing is recorded.
 */
export async function inSpan<T>(
  name: string,
  { kind = SpanKind.INTERNAL, attributes = {} }: SpanSettings,
  run: (span: Span) => Promise<T>,
): Promise<T> {
  const active = context.active();
  if (trace.getSpan(active)?.isRecording() !== true) return run(NOT_RECORDED);
  const span = trace.getTracer(TRACER_NAME).startSpan(name, { kind, attributes }, active);
  const open = openSpansOf(active);
  open?.add(span);
  try {
    return await context.with(trace.setSpan(active, span), () => run(span));
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    open?.delete(span);
    span.end();
  }
}

/** Marks a span as failed, with the error's code as its type. */
export function failSpan(span: Span, error: unknown): void {
  const type = TroupeError.is(error) ? error.code : error instanceof Error ? error.name : "_OTHER";
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error).slice(0, 1_000) });
}

/**
 * A context in which every span that {@link inSpan} begins is kept in `open` until it ends. A handler that waits for an answer never
 * returns, so whoever lets it go has to end what it left open.
 */
export const keepingOpen = (parent: Context, open: Set<Span>): Context => parent.setValue(OPEN_SPANS, open);

function openSpansOf(active: Context): Set<Span> | undefined {
  const open = active.getValue(OPEN_SPANS);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only `keepingOpen` sets this key
  return open instanceof Set ? (open as Set<Span>) : undefined;
}

/** The span that another process began, as a parent or as the end of a link. */
export function spanContextOf({ traceparent, tracestate }: TraceContext): SpanContext | undefined {
  const parent = parseTraceparent(traceparent);
  if (parent === undefined) return undefined;
  const { traceId, spanId, isSampled } = parent;
  return {
    traceId,
    spanId,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
  };
}

/** A context whose spans are children of what a message brought along; the root when it brought nothing. */
export function contextUnder(given: TraceContext | undefined): Context {
  const parent = given && spanContextOf(given);
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

/** What a message sent under this span carries. Baggage is the sender's own affair: it is handed on as it came. */
export function traceContextOf(span: Span, baggage?: string): TraceContext {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const tracestate = traceState?.serialize();
  return {
    traceparent: formatTraceparent({ traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }),
    ...(tracestate ? { tracestate } : {}),
    ...(baggage === undefined ? {} : { baggage }),
  };
}

/** What a request made here should carry: that of the active span, whoever began it; `undefined` when there is none. */
export function activeTraceContext(): TraceContext | undefined {
  const span = trace.getActiveSpan();
  return span !== undefined && trace.isSpanContextValid(span.spanContext()) ? traceContextOf(span) : undefined;
}
