import type { ErrorCode } from "@troupe/runtime/internal";
import type { z } from "zod";
import type { Requirement } from "../auth/permission.ts";

/** One operation of the HTTP interface as data. */
export interface Operation {
  readonly id: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** Path, with `{id}` where there is one. */
  readonly path: string;
  /** What the caller must be allowed; `public` for everybody. */
  readonly permission: Requirement;
  /** What `{id}` is; default the task's id. */
  readonly pathId?: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly example?: unknown;
  readonly query?: z.ZodObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly success: {
    readonly status: number;
    readonly description: string;
    readonly schema?: z.ZodType;
    readonly type?: string;
    /** A second form of the same answer, for who asked for a stream. */
    readonly streams?: string;
    readonly example?: unknown;
  };
  readonly errors: readonly ErrorCode[];
}

/** What a request about one task may meet. */
export const TASK_ERRORS = ["invalid_id", "unknown_task", "unavailable"] as const satisfies readonly ErrorCode[];

/** What a submission may meet. */
export const SUBMIT_ERRORS = [
  "invalid_request",
  "unknown_role",
  "key_reused",
  "conflict",
  "body_too_large",
  "unmet_capabilities",
  "overloaded",
  "no_system",
  "unavailable",
  "outcome_unknown",
  "store_full",
] as const satisfies readonly ErrorCode[];

export const KEY_HEADER = { "Idempotency-Key": "Makes repeating the request safe for 24 hours." };
