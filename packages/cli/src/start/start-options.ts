import { z } from "zod";
import { AddressOptions } from "../cli.ts";
import { AllowWeak } from "../environment/require-strong.ts";

const port = z.coerce.number().int().min(0).max(65_535);

export const StartOptions = AddressOptions.extend({
  once: z.boolean().default(false),
  live: z.boolean().default(false),
  memory: z.boolean().default(false),
  role: z.string().optional(),
  nodes: z.coerce.number().int().min(1).max(64).default(2),
  port: port.default(0),
  natsPort: port.optional(),
  file: z.string().optional(),
  allowWeak: AllowWeak,
  json: z.boolean().default(false),
});
export type StartOptions = z.infer<typeof StartOptions>;
