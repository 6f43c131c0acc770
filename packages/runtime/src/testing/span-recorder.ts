import { context, type Tracer, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { TRACER_NAME } from "../telemetry/tracing.ts";

/** Keeps every span that this process ends; for tests. */
export class SpanRecorder implements Disposable {
  readonly tracer: Tracer;
  readonly #exporter = new InMemorySpanExporter();

  constructor() {
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: this.#exporter })] });
    this.tracer = provider.getTracer(TRACER_NAME);
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  }

  /** In the order in which they ended. */
  get spans(): readonly ReadableSpan[] {
    return this.#exporter.getFinishedSpans();
  }

  /** The last one of that name. Throws when there is none. */
  named(name: string): ReadableSpan {
    const found = this.spans.findLast((span) => span.name === name);
    if (found !== undefined) return found;
    throw new TypeError(`no span ${name}; there are ${this.spans.map((span) => span.name).join(", ")}`);
  }

  [Symbol.dispose](): void {
    trace.disable();
    context.disable();
  }
}
