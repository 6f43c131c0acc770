import { z } from "zod";

/** What a server process is told at its start. */
export const ServerOrder = z.object({
  kind: z.enum(["gateway", "bare-library", "bare-publisher"]),
  system: z.string(),
  url: z.string(),
  seed: z.string(),
  /** Prefix of the subjects that a bare server stores under. */
  subject: z.string(),
});
export type ServerOrder = z.infer<typeof ServerOrder>;
export type ServerKind = ServerOrder["kind"];
