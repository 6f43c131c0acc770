/** What goes into the sandbox's process by its standard input, and comes out of it: one JSON text each. */
import { z } from "zod";

export const Program = z.strictObject({
  code: z.string(),
  input: z.json(),
  memoryBytes: z.int().min(1),
  timeMs: z.int().min(1),
  maxOutputLength: z.int().min(1),
});
export type Program = z.infer<typeof Program>;

/** `output` is what the program printed, `result` its last value as text; `error` why there is none. */
export const ProgramEnd = z.strictObject({
  output: z.string(),
  result: z.string().optional(),
  error: z.string().optional(),
});
export type ProgramEnd = z.infer<typeof ProgramEnd>;
