import type { ErrorCode } from "@troupe/runtime/internal";
import type { z } from "zod";
import type { Requirement } from "../auth/permission.ts";
import { IdempotencyKey } from "./schemas.ts";

/** How errors of an operation are told. */
export type ErrorForm = "problem" | "a2a";

/** One operation of the HTTP interface as data. */
export interface Operation {
  readonly id: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** Path, with `{id}` and `{role}` where there are such. */
  readonly path: string;
  /** What the caller must be allowed; `public` for everybody. */
  readonly permission: Requirement;
  /** What errors look like: problem details (default), or as A2A has them. */
  readonly errorForm?: ErrorForm;
  /** What `{id}` is; default the task's id. */
  readonly pathId?: z.ZodType;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly example?: unknown;
  readonly query?: z.ZodObject;
  /** Headers that are read. */
  readonly headers?: Readonly<Record<string, z.ZodType>>;
  /** Of these, the ones that must be there. */
  readonly requiredHeaders?: readonly string[];
  readonly success: {
    readonly status: number;
    readonly description: string;
    readonly schema?: z.ZodType;
    readonly type?: string;
    /** A stream that only its reader ends: it stands apart in the document, since programs that try every path would wait for ever. */
    readonly isEndless?: boolean;
    /** A second form of the same answer, for who asked for a stream. */
    readonly streams?: string;
    readonly example?: unknown;
    /** Operations that take this answer's id, with where it is: `/task_id`. */
    readonly leadsTo?: Readonly<Record<string, string>>;
    /** A second status without a body, and when it comes. */
    readonly empty?: { readonly status: number; readonly description: string };
  };
  readonly errors: readonly ErrorCode[];
}

/** What a request about one task may meet. */
export const TASK_ERRORS = ["invalid_id", "unknown_task", "unavailable"] as const satisfies readonly ErrorCode[];

/** What a submission without a key of the caller's may meet. */
export const KEYLESS_SUBMIT_ERRORS = [
  "invalid_request",
  "unsupported_media_type",
  "unknown_role",
  "body_too_large",
  "unmet_capabilities",
  "overloaded",
  "no_system",
  "unavailable",
  "outcome_unknown",
  "store_full",
] as const satisfies readonly ErrorCode[];

/** What a submission may meet. */
export const SUBMIT_ERRORS = [
  ...KEYLESS_SUBMIT_ERRORS,
  "key_reused",
  "conflict",
] as const satisfies readonly ErrorCode[];

export const KEY_HEADER = { "Idempotency-Key": IdempotencyKey };
