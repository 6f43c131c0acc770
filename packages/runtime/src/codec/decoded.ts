import type { ErrorCode } from "../errors.ts";

/** A value read from bytes that somebody else wrote, or why there is none. Hostile input is an error value, never an exception. */
export type Decoded =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: ErrorCode; readonly reason: string };

export const decoded = (value: unknown): Decoded => ({ ok: true, value });
export const notDecoded = (reason: string, code: ErrorCode = "malformed_record"): Decoded => ({
  ok: false,
  code,
  reason,
});

/** Bounds on what is decoded. */
export interface DecodeLimits {
  readonly maxBytes: number;
  /** Arrays, objects and maps inside one another. */
  readonly maxDepth: number;
}
