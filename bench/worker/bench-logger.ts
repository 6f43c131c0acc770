import { createLogger, type Logger } from "@troupe/runtime/internal";

/** Warnings and errors only: a line a message would be the benchmark. */
export const benchLogger = (name: string): Logger => createLogger({ name, level: "warn" });
