/** OpenTelemetry's SDK, set up for a process. Loaded through `start-tracing.ts` alone. */
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { messageOf } from "../errors.ts";
import type { TracingSettings } from "./config/load.ts";
import { maskedSpan } from "./masked-span.ts";
import type { ProcessTracing, SpanSink, TracingOptions } from "./start-tracing.ts";
import { TRACER_NAME } from "./tracing.ts";

/** Largest request: what a node takes from a host in one message. */
export const MAX_SPANS_BYTES = 2 * 1024 * 1024;
const CLOSE_LIMIT_MS = 1_000;
/** Content, where it is captured, is cut to this. */
const MAX_ATTRIBUTE_CHARACTERS = 16_384;

export function openTracing({ settings, service, attributes, sink }: TracingOptions): ProcessTracing {
  const named = resourceFromAttributes({ "service.name": service, ...attributes });
  const resource = named.merge(detectResources({ detectors: [envDetector] }));
  const processor = new BatchSpanProcessor({
    exporter: sinkExporter(sink, settings.protocol),
    scheduledDelayMillis: settings.sendEveryMs,
    maxQueueSize: settings.queueSize,
    maxExportBatchSize: settings.batchSize,
  });
  const provider = new TracerProvider({
    resource,
    sampler: SAMPLERS[settings.sampler ?? "parentbased_always_off"](settings.ratio ?? 1),
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE_CHARACTERS },
    spanProcessors: [processor],
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  trace.setGlobalTracerProvider(provider);
  return {
    tracer: provider.getTracer(TRACER_NAME),
    close: async () => {
      const limit = new Promise<void>((resolve) => void setTimeout(resolve, CLOSE_LIMIT_MS).unref());
      // Spans that cannot be sent any more are lost, which the sink has told.
      await Promise.race([provider.shutdown().catch(() => undefined), limit]);
      trace.disable();
      context.disable();
    },
  };
}

const SAMPLERS: Readonly<Record<TracingSettings["sampler"], (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
};

const TAKEN: ExportResult = { code: ExportResultCode.SUCCESS };
const notTaken = (error: unknown): ExportResult => ({
  code: ExportResultCode.FAILED,
  error: new Error(messageOf(error)),
});

/** Masks, serializes, and gives to the sink; in several requests where one would be too large. */
function sinkExporter(sink: SpanSink, protocol: TracingOptions["settings"]["protocol"]): SpanExporter {
  const serializer = protocol === "http/json" ? JsonTraceSerializer : ProtobufTraceSerializer;
  const send = async (spans: ReadableSpan[]): Promise<void> => {
    const request = serializer.serializeRequest(spans);
    if (request === undefined) throw new TypeError("the spans cannot be serialized");
    if (request.length <= MAX_SPANS_BYTES) return sink(request);
    if (spans.length === 1) throw new TypeError(`a span of ${request.length} bytes is too large to be sent`);
    const half = Math.ceil(spans.length / 2);
    await Promise.all([send(spans.slice(0, half)), send(spans.slice(half))]);
  };
  const give = async (spans: ReadableSpan[], done: (result: ExportResult) => void): Promise<void> => {
    done(await send(spans.map(maskedSpan)).then(() => TAKEN, notTaken));
  };
  return {
    export: (spans, done) => void give(spans, done),
    shutdown: () => Promise.resolve(),
  };
}
