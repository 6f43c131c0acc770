/**
 * W3C Trace Context (traceparent, tracestate) and Baggage as a task carries them from message to message: in headers of their own, by
 * their standard names, only where the task's client or a door gave one. Nothing here needs a tracing library: a part that traces nothing
 * hands them on.
 */
import { z } from "zod";

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const OURS = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Printable ASCII alone: what goes into a header line must not end it. */
const PLAIN = /^[\x20-\x7e]+$/;
const MAX_STATE = 512;
const MAX_BAGGAGE = 1_024;

export const TraceContext = z.strictObject({
  traceparent: z.string().regex(OURS),
  tracestate: z.string().max(MAX_STATE).regex(PLAIN).optional(),
  baggage: z.string().max(MAX_BAGGAGE).regex(PLAIN).optional(),
});
export type TraceContext = z.infer<typeof TraceContext>;

/** The names of the headers, on NATS and on HTTP. */
const TRACE_HEADERS = ["traceparent", "tracestate", "baggage"] as const;

/** The headers that carry a trace; none for none. */
export function traceHeaders(trace: TraceContext | undefined): Readonly<Record<string, string>> {
  const given: Record<string, string> = {};
  if (trace === undefined) return given;
  for (const name of TRACE_HEADERS) {
    const text = trace[name];
    if (text !== undefined) given[name] = text;
  }
  return given;
}

/** The parts of a valid `traceparent`. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** The parts of a `traceparent`; `undefined` when it is not valid. Later versions of the format are read as far as they are known. */
export function parseTraceparent(text: string): TraceParent | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const formatTraceparent = ({ traceId, spanId, isSampled }: TraceParent): string =>
  `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;

/** Whether whoever began the trace decided to record it. */
export const isSampled = (trace: TraceContext | undefined): boolean =>
  trace !== undefined && parseTraceparent(trace.traceparent)?.isSampled === true;

/** What a message or a request brings along; a wrong `traceparent` counts as none, and without one the others mean nothing. */
export function readTraceContext(header: (name: string) => string | undefined): TraceContext | undefined {
  const given = header("traceparent");
  const parent = given && given.length <= MAX_STATE ? parseTraceparent(given) : undefined;
  if (parent === undefined) return undefined;
  const tracestate = fitting(header("tracestate"), MAX_STATE);
  const baggage = fitting(header("baggage"), MAX_BAGGAGE);
  return {
    traceparent: formatTraceparent(parent),
    ...(tracestate === undefined ? {} : { tracestate }),
    ...(baggage === undefined ? {} : { baggage }),
  };
}

const fitting = (text: string | undefined, most: number): string | undefined =>
  text !== undefined && text.length <= most && PLAIN.test(text) ? text : undefined;

/** How log lines name a trace, so that they are found from it and it from them. */
export function traceFields(trace: TraceContext | undefined): {
  readonly trace_id?: string;
  readonly span_id?: string;
} {
  const parent = trace && parseTraceparent(trace.traceparent);
  return parent === undefined ? {} : { trace_id: parent.traceId, span_id: parent.spanId };
}
