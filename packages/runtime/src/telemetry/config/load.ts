/** What the standard variables of OpenTelemetry say of traces. Where spans are sent is read by the exporter, from the same environment. */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";

const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** Forms of OTLP over HTTP; gRPC is not spoken. */
export const PROTOCOLS = ["http/json", "http/protobuf"] as const;

/** Whether and how this process traces. */
export interface TracingSettings {
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly sampler: (typeof SAMPLERS)[number];
  /** Part of the traces that are recorded, 0 to 1; of the samplers by ratio. */
  readonly ratio: number;
  /** Longest wait before finished spans are sent, ms. */
  readonly sendEveryMs: number;
  /** Finished spans that may wait to be sent; what comes then is dropped. */
  readonly queueSize: number;
  readonly batchSize: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

const whole = z.coerce.number().int().min(1);
const Settings = z.object({
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).default("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  OTEL_BSP_SCHEDULE_DELAY: whole.default(1_000),
  OTEL_BSP_MAX_QUEUE_SIZE: whole.default(2_048),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: whole.default(512),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.enum(PROTOCOLS).optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.enum(PROTOCOLS).optional(),
});

/**
 * The settings, or `undefined` where nobody asked for traces: neither `OTEL_TRACES_EXPORTER=otlp` nor an endpoint of OTLP is set, or
 * `OTEL_SDK_DISABLED` is. Throws `invalid_config` with every variable that is wrong.
 */
export function loadTracing(environment: Variables): TracingSettings | undefined {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  if (!isWanted(given)) return undefined;
  const parsed = Settings.safeParse(given);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new TroupeError("invalid_config", `environment: ${wrong.join("; ")}`);
  }
  const { data } = parsed;
  return {
    protocol: data.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? data.OTEL_EXPORTER_OTLP_PROTOCOL ?? "http/json",
    sampler: data.OTEL_TRACES_SAMPLER,
    ratio: data.OTEL_TRACES_SAMPLER_ARG,
    sendEveryMs: data.OTEL_BSP_SCHEDULE_DELAY,
    queueSize: data.OTEL_BSP_MAX_QUEUE_SIZE,
    batchSize: Math.min(data.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, data.OTEL_BSP_MAX_QUEUE_SIZE),
  };
}

function isWanted(given: Variables): boolean {
  if (given["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return false;
  const exporter = given["OTEL_TRACES_EXPORTER"];
  if (exporter !== undefined) return exporter.split(",").includes("otlp");
  return (given["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] ?? given["OTEL_EXPORTER_OTLP_ENDPOINT"]) !== undefined;
}

/** Variables that may hold a secret of the collector: a host, which runs code of authors, is not given them. */
export const COLLECTOR_SECRETS = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"] as const;
