/**
 * The span of one execution of a segment, and the spans of what it sends. Only where the process traces and the message's trace is sampled;
 * every use of it elsewhere is behind that question, so that a plain hop pays nothing.
 */
import {
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type Link,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { RecordName } from "../contracts/record-name.ts";
import { isSampled, type TraceContext } from "../contracts/trace-context.ts";
import { contextUnder, keepingOpen, spanContextOf, traceContextOf } from "../telemetry/tracing.ts";
import type { Execution } from "./execution.ts";
import type { HopEnd } from "./hop-end.ts";
import type { OwnRecord } from "./own-record.ts";

/** A record on its way to the log. */
export interface Sending {
  /** What the record carries. */
  readonly trace: TraceContext;
  end(): void;
}

export class HopSpan {
  /** What the hop's own records carry, commits aside. */
  readonly trace: TraceContext;
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #context: Context;
  readonly #task: string;
  readonly #baggage: string | undefined;
  /** Spans of the handler that have not ended. */
  readonly #open = new Set<Span>();

  private constructor(tracer: Tracer, x: Execution, given: TraceContext, links: Link[]) {
    const { role, place, segment } = x;
    const parent = contextUnder(given);
    this.#tracer = tracer;
    this.#task = place.task;
    this.#baggage = given.baggage;
    const options: SpanOptions = {
      kind: SpanKind.CONSUMER,
      startTime: x.startedWallMs,
      links,
      attributes: {
        "messaging.system": "nats",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": role.mailbox,
        "messaging.consumer.group.name": role.subjects.durable(role.version, role.mailbox),
        "messaging.message.id": String(x.message.sequence),
        "messaging.message.conversation_id": place.task,
        "troupe.task.id": place.task,
        "troupe.hop.id": place.hop,
        "troupe.role": role.role,
        "troupe.node": role.node,
        "troupe.version": role.version,
        "troupe.hop.segment": segment,
        "troupe.from": x.message.from,
      },
    };
    this.#span = tracer.startSpan(`process ${role.mailbox}`, options, parent);
    this.#context = keepingOpen(trace.setSpan(parent, this.#span), this.#open);
    this.trace = traceContextOf(this.#span, this.#baggage);
  }

  /** Begins the span of a segment under `given`. `undefined` when nothing is to be recorded. */
  static begin(x: Execution, given: TraceContext | undefined, links: Link[] = []): HopSpan | undefined {
    const { tracer } = x.ports;
    return tracer === undefined || given === undefined || !isSampled(given)
      ? undefined
      : new HopSpan(tracer, x, given, links);
  }

  /** Runs the handler so that its spans are children of this one. */
  run<T>(handler: () => T): T {
    return context.with(this.#context, handler);
  }

  /** This segment goes on with what another execution had begun, or with an answer. */
  link(to: TraceContext | undefined, kind: "earlier_attempt" | "answer"): void {
    const link = linkTo(to, kind);
    if (link !== undefined) this.#span.addLink(link);
  }

  /** A commit is being written: its messages' receivers are children of the span that this begins. */
  send(name: Pick<RecordName, "kind" | "to"> | "done"): Sending {
    const to = destinationOf(name);
    const options: SpanOptions = {
      kind: SpanKind.PRODUCER,
      attributes: {
        "messaging.system": "nats",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": to,
        "messaging.message.conversation_id": this.#task,
      },
    };
    const span = this.#tracer.startSpan(`send ${to}`, options, this.#context);
    return { trace: traceContextOf(span, this.#baggage), end: () => span.end() };
  }

  /** Ends it, and what the handler left open: one that waits for an answer never returns. */
  end(end: HopEnd): void {
    for (const span of this.#open) span.end();
    this.#span.setAttribute("troupe.hop.end", end.kind);
    if (end.kind === "retry" || end.kind === "parked") {
      this.#span.setAttribute("error.type", end.error.code);
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: end.error.message.slice(0, 1_000) });
    } else if (end.kind === "unavailable" || end.kind === "dropped") {
      this.#span.setAttribute("error.type", end.kind);
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: end.reason.slice(0, 1_000) });
    }
    this.#span.end();
  }
}

/** What sends or a commit with several messages is called; names of roles alone, never an id. */
function destinationOf(name: Pick<RecordName, "kind" | "to"> | "done"): string {
  if (name === "done") return "client";
  const { kind, to } = name;
  return kind === "send" || kind === "reply" ? to : (COMMITS[kind] ?? kind);
}

const COMMITS: Readonly<Record<string, string>> = { fan: "several", wait: "calls", dead: "dead letters" };

function linkTo(to: TraceContext | undefined, kind: string): Link | undefined {
  const linked = to && spanContextOf(to);
  return linked && linked.spanId !== INVALID_SPAN_CONTEXT.spanId
    ? { context: linked, attributes: { "troupe.link": kind } }
    : undefined;
}

/**
 * Begins the span of a segment that another execution may have begun: its chain has been read. A continuation hangs under the wait's
 * commit, beside the calls that it waited for, and the wait itself is told as a span; a segment that is run again is linked to whoever
 * ran it before, so that what they sent has one parent all the same.
 */
export function traceChain(x: Execution, chain: readonly OwnRecord[]): void {
  const waited = x.segment > 0 ? chain.find(({ label }) => label === `c.wait.${x.segment}`) : undefined;
  if (x.segment > 0) x.trace = waited?.record.header?.trace ?? x.trace;
  if (x.ports.tracer === undefined) return;
  x.span ??= HopSpan.begin(x, x.trace);
  if (x.span === undefined) return;
  if (waited !== undefined) tellWait(x, x.ports.tracer, waited);
  for (const earlier of earlierAttempts(x, chain)) x.span.link(earlier, "earlier_attempt");
  x.trace = x.span.trace;
}

/** What other executions of this segment wrote their effects under. */
function earlierAttempts(x: Execution, chain: readonly OwnRecord[]): readonly TraceContext[] {
  const byParent = new Map<string, TraceContext>();
  for (const { name, writer, record } of chain) {
    const told = record.header?.trace;
    const isOther = name.class === "s" && writer.segment === x.segment && writer.nonce !== x.nonce;
    if (told !== undefined && isOther) byParent.set(told.traceparent, told);
  }
  return [...byParent.values()];
}

/** The time between a wait's commit and now, by the log's clock where it has one. */
function tellWait(x: Execution, tracer: Tracer, { record }: OwnRecord): void {
  const endTime = x.startedWallMs;
  const startTime = record.storedAtMs > 0 ? Math.min(record.storedAtMs, endTime) : endTime;
  const attributes = { "troupe.task.id": x.place.task, "troupe.hop.id": x.place.hop, "troupe.role": x.role.role };
  tracer.startSpan(`wait ${x.role.role}`, { startTime, attributes }, contextUnder(record.header?.trace)).end(endTime);
}
