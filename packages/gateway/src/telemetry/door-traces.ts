/** Spans of what comes in at the door. Where this process traces nothing, a caller's trace is handed on as it came. */
import {
  contextUnder,
  failSpan,
  type Span,
  SpanKind,
  type TraceContext,
  type Tracer,
  traceContextOf,
} from "@troupe/runtime/internal";

/** A request while it is being answered. */
export interface DoorSpan {
  /** What the task that it starts carries; `undefined` = no trace. */
  readonly trace: TraceContext | undefined;
  /** `undefined` = nothing is recorded of it. */
  readonly span: Span | undefined;
}

export class DoorTraces {
  readonly #tracer: Tracer | undefined;

  constructor(tracer: Tracer | undefined) {
    this.#tracer = tracer;
  }

  /** Begins the span of a request under its caller's, as the sampler says. Where it says no, a trace of our own is not begun at all. */
  begin(
    name: string,
    kind: SpanKind,
    attributes: Readonly<Record<string, string | number>>,
    given: TraceContext | undefined,
  ): DoorSpan {
    if (this.#tracer === undefined) return { trace: given, span: undefined };
    const span = this.#tracer.startSpan(name, { kind, attributes: { ...attributes } }, contextUnder(given));
    if (span.isRecording()) return { trace: traceContextOf(span, given?.baggage), span };
    // The caller learns of the decision by the flag; what nobody records and nobody brought along is not carried.
    return { trace: given && traceContextOf(span, given.baggage), span: undefined };
  }

  /** Runs what a NATS message at a door asks for under a span of its own. `template` is its subject without ids. */
  async message<T>(
    { template, given }: { readonly template: string; readonly given: TraceContext | undefined },
    run: (trace: TraceContext | undefined) => Promise<T>,
  ): Promise<T> {
    const { trace, span } = this.begin(
      `process ${template}`,
      SpanKind.CONSUMER,
      {
        "messaging.system": "nats",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.template": template,
      },
      given,
    );
    try {
      return await run(trace);
    } catch (error) {
      if (span !== undefined) failSpan(span, error);
      throw error;
    } finally {
      span?.end();
    }
  }
}
