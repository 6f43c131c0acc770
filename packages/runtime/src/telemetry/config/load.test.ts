import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "../../errors.ts";
import { loadTracing } from "./load.ts";

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };

test("nobody traces who did not ask for it by a standard variable", () => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, boolean])[] = [
    [{}, false],
    [{ OTEL_TRACES_SAMPLER: "always_on" }, false],
    [ENDPOINT, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector:4318/v1/traces" }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, false],
    [{ OTEL_TRACES_EXPORTER: "otlp" }, true],
    [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: "none" }, false],
    [{ ...ENDPOINT, OTEL_SDK_DISABLED: "TRUE" }, false],
  ];
  for (const [variables, isTraced] of cases)
    assert.equal(loadTracing(variables) !== undefined, isTraced, JSON.stringify(variables));
});

test("sampler, batches and protocol are those of the standard variables", () => {
  assert.deepEqual(loadTracing(ENDPOINT), {
    protocol: "http/json",
    sampler: "parentbased_always_on",
    ratio: 1,
    sendEveryMs: 1_000,
    queueSize: 2_048,
    batchSize: 512,
  });
  const given = {
    ...ENDPOINT,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf",
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0.01",
    OTEL_BSP_SCHEDULE_DELAY: "5000",
    OTEL_BSP_MAX_QUEUE_SIZE: "100",
  };
  assert.deepEqual(loadTracing(given), {
    protocol: "http/protobuf",
    sampler: "parentbased_traceidratio",
    ratio: 0.01,
    sendEveryMs: 5_000,
    queueSize: 100,
    batchSize: 100,
  });
});

test("a variable that is wrong is named", () => {
  const wrong = {
    ...ENDPOINT,
    OTEL_TRACES_SAMPLER: "sometimes",
    OTEL_TRACES_SAMPLER_ARG: "2",
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
  };
  assert.throws(
    () => loadTracing(wrong),
    (error) =>
      TroupeError.is(error, "invalid_config") &&
      ["OTEL_TRACES_SAMPLER:", "OTEL_TRACES_SAMPLER_ARG:", "OTEL_EXPORTER_OTLP_PROTOCOL:"].every((name) =>
        error.message.includes(name),
      ),
  );
});
