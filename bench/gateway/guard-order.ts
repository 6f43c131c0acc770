import { z } from "zod";

/** How a gateway of the guard's bench is started. */
export const GuardOrder = z.object({
  system: z.string(),
  url: z.string(),
  seed: z.string(),
  /** Nobody signs in and nobody is limited. */
  isOpen: z.boolean(),
  jwt: z
    .object({
      issuer: z.string(),
      audience: z.string(),
      keys: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("secret"), secret: z.string() }),
        z.object({ kind: z.literal("public_key"), pem: z.string(), algorithm: z.enum(["RS256", "EdDSA"]) }),
      ]),
    })
    .optional(),
});
export type GuardOrder = z.infer<typeof GuardOrder>;

/** What a guard says of itself. */
export const GuardTiming = z.object({ count: z.number(), p50Ms: z.number(), p99Ms: z.number() });
