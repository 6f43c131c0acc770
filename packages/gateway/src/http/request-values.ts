/** Reads the parts of an HTTP request; whatever they hold, the outcome is a value or an error of ours. */
import { requireTaskId, type TaskId, TroupeError } from "@troupe/runtime/internal";
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { BODY_LIMITS, parseJsonBody, parseRequest } from "../ingress/task-body.ts";

const LONGEST_KEY = 256;
const UNQUOTE = /^"(.*)"$/;

/** Bodies arrive as bytes: the limits on size, depth and form are ours. */
export function bodyOf<T extends z.ZodType>(request: FastifyRequest, schema: T, what: string): z.output<T> {
  const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  return parseRequest(schema, parseJsonBody(bytes, BODY_LIMITS), what);
}

export function queryOf<T extends z.ZodType>(request: FastifyRequest, schema: T): z.output<T> {
  return parseRequest(schema, request.query, "the query");
}

/** The `id` of the path, as it came. */
export function pathIdOf({ params }: FastifyRequest): string {
  const id: unknown = typeof params === "object" && params !== null && "id" in params ? params.id : "";
  return typeof id === "string" ? id : "";
}

/** The task id of the path. Throws `invalid_id`. */
export const taskIdOf = (request: FastifyRequest): TaskId => requireTaskId(pathIdOf(request)).id;

/** The `Idempotency-Key` header, a structured-field string or a bare token; `undefined` without one. */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const header = request.headers["idempotency-key"];
  if (header === undefined) return undefined;
  const text = (Array.isArray(header) ? header.join(",") : header).trim();
  const key = UNQUOTE.exec(text)?.[1] ?? text;
  if (key.length >= 1 && key.length <= LONGEST_KEY) return key;
  throw new TroupeError("invalid_request", `Idempotency-Key must have 1 to ${LONGEST_KEY} characters`);
}

/** The `X-Session-Id` header: tasks of one session run in turn, and roles remember. */
export function sessionOf(request: FastifyRequest): string | undefined {
  const header = request.headers["x-session-id"];
  return Array.isArray(header) ? header[0] : header;
}

/** Where an event stream goes on: `Last-Event-ID` of a reconnecting client wins over `after`. */
export function resumePoint(request: FastifyRequest, after: number | undefined): number | undefined {
  const header = request.headers["last-event-id"];
  if (header === undefined) return after;
  const text = Array.isArray(header) ? (header[0] ?? "") : header;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new TroupeError("invalid_request", "Last-Event-ID must be the id of an event of this stream");
}
