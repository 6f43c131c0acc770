import type { ExportResult } from "@opentelemetry/core";
import { ExportResultCode } from "@opentelemetry/core";
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from "@opentelemetry/otlp-exporter-base/node-http";
import type { ISerializer } from "@opentelemetry/otlp-transformer";
import type { Logger } from "pino";
import type { TracingSettings } from "./config/load.ts";
import type { SpanSink } from "./start-tracing.ts";

const CONTENT_TYPE = { "http/json": "application/json", "http/protobuf": "application/x-protobuf" } as const;

/** What comes here was made ready to send where the spans were: in this process, or in a host. */
const AS_IT_IS: ISerializer<Uint8Array, object> = {
  serializeRequest: (request) => request,
  deserializeResponse: () => ({}),
};

/** A sink that sends requests to the collector that the standard variables name, with retries. An outage is logged when it begins and ends. */
export function collectorSink(protocol: TracingSettings["protocol"], logger: Logger): SpanSink {
  const options = convertLegacyHttpOptions({}, "TRACES", "v1/traces", { "Content-Type": CONTENT_TYPE[protocol] });
  const helper = { name: "span", countItems: () => 1 } as const;
  const delegate = createOtlpHttpExportDelegate(options, AS_IT_IS, "otlp_http_span_exporter", helper, undefined);
  let isDown = false;
  const judge = ({ code, error }: ExportResult): void => {
    const hasFailed = code !== ExportResultCode.SUCCESS;
    if (hasFailed && !isDown)
      logger.warn({ reason: error?.message }, "the collector does not take spans; they are lost");
    if (!hasFailed && isDown) logger.info("the collector takes spans again");
    isDown = hasFailed;
  };
  return (request) =>
    new Promise((resolve, reject) => {
      delegate.export(request, (result) => {
        judge(result);
        if (result.code === ExportResultCode.SUCCESS) resolve();
        else reject(result.error ?? new Error("the collector did not take the spans"));
      });
    });
}
