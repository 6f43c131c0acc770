/** Which parts `/health` is about, from the environment; the same variable for every way to start a gateway. */
import { invalidConfig, problemsOf } from "@troupe/runtime/internal";
import { z } from "zod";
import { HEALTH_PARTS, type HealthPartName } from "../task/task-api.ts";

const Environment = z.object({
  /** Names, with commas. */
  TROUPE_HEALTH_REQUIRES: z
    .string()
    .transform((text) => text.split(",").map((name) => name.trim()))
    .pipe(z.array(z.enum(HEALTH_PARTS)))
    .default([]),
});

/** Parts that a gateway's `/health` needs beside itself and NATS. Throws `invalid_config`. */
export function loadRequiredParts(env: Readonly<Record<string, string | undefined>>): readonly HealthPartName[] {
  const parsed = Environment.safeParse(env);
  if (!parsed.success) throw invalidConfig("environment of the gateway", problemsOf(parsed.error, env));
  return parsed.data.TROUPE_HEALTH_REQUIRES;
}
