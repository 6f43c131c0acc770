/** What the tests and simulations of sibling packages share: nothing that runs in production loads it (lint sees to that). */
export * from "./testing/drawn-rows.ts";
export * from "./testing/fake-context.ts";
export * from "./testing/fit-weights.ts";
export * from "./testing/labelled-rows.ts";
export * from "./testing/manual-clock.ts";
export * from "./testing/measure-rules.ts";
export * from "./testing/one-of.ts";
export * from "./testing/seeded-runs.ts";
export * from "./testing/sim-log.ts";
export * from "./testing/sim-queue.ts";
export * from "./testing/sim-rows.ts";
export * from "./testing/sim-stream.ts";
export * from "./testing/sim-time.ts";
export * from "./testing/sim-wire.ts";
