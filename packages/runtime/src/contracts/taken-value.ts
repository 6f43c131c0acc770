/**
 * Values that guardrails took out of a text and that some roles get back (ADR 0049): in the text stands a placeholder, and the value travels
 * beside it, sealed for this task and this placeholder.
 */
import { z } from "zod";
import { SealedBody } from "./sealed-body.ts";

/** Values that one message carries at most: they lie in its header. */
export const MAX_TAKEN_VALUES = 32;
/** Longer values are taken out for good, and so are shorter ones, which stand in every text by chance. Characters. */
export const MAX_TAKEN_LENGTH = 256;
export const MIN_TAKEN_LENGTH = 4;

/** What tells placeholders apart: the type of what was found, and 50 bits that nobody can guess. */
export const TakenName = z.string().regex(/^[A-Z][A-Z0-9_]{0,31}:[a-z2-7]{10}$/);

/** A value with who took it out. */
export const TakenValue = z.strictObject({ by: z.string().min(1).max(32), sealed: SealedBody.shape.$sealed });
export type TakenValue = z.infer<typeof TakenValue>;

/** Values by the names of their placeholders. */
export const TakenValues = z
  .record(TakenName, TakenValue)
  .refine((values) => Object.keys(values).length <= MAX_TAKEN_VALUES, "too many values");
export type TakenValues = Readonly<Record<string, TakenValue>>;

/** The placeholder in a text. */
export const placeholderOf = (name: string): string => `[REDACTED_${name}]`;
/** All placeholders of a text; the first group is the name. */
export const PLACEHOLDERS = /\[REDACTED_([A-Z][A-Z0-9_]{0,31}:[a-z2-7]{10})\]/g;
