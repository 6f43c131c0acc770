/** Reads the parts of an HTTP request; whatever they hold, the outcome is a value or an error of ours. */
import { requireTaskId, type TaskId, TroupeError } from "@troupe/runtime/internal";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { BODY_LIMITS, parseJsonBody, parseRequest } from "../ingress/task-body.ts";
import { IdempotencyKey, LastEventId, SessionId } from "./schemas.ts";

const UNQUOTE = /^"(.*)"$/;
/** What a body may say that it is; `curl -d` and a browser's `fetch` say the last two of their own accord. */
const BODY_TYPES =
  /^(?:application\/(?:[a-z0-9.-]+\+)?json|application\/octet-stream|application\/x-www-form-urlencoded|text\/plain)$/;

/** Bodies arrive as bytes: the limits on size, depth and form are ours. */
export function bodyOf<T extends z.ZodType>(request: FastifyRequest, schema: T, what: string): z.output<T> {
  return parseRequest(schema, jsonOf(request), what);
}

/** The body as JSON of any form. Throws `invalid_request`, `body_too_large`, `unsupported_media_type`. */
export function jsonOf(request: FastifyRequest): unknown {
  requireJsonType(request);
  const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  return parseJsonBody(bytes, BODY_LIMITS);
}

/** A body without a type is taken for JSON. Throws `unsupported_media_type`. */
function requireJsonType({ headers }: FastifyRequest): void {
  const [type = ""] = (headers["content-type"] ?? "application/json").split(";", 1);
  if (BODY_TYPES.test(type.trim().toLowerCase())) return;
  throw new TroupeError("unsupported_media_type", `a body of ${JSON.stringify(type.slice(0, 80))} is not taken`);
}

/** A page of another site can send a form, or text, without being asked; JSON only after a preflight that nobody here answers. */
export function requireJson({ headers }: FastifyRequest, what: string): void {
  if (/^application\/json\b/i.test(headers["content-type"] ?? "")) return;
  throw new TroupeError("unsupported_media_type", `${what} is asked for with Content-Type: application/json`);
}

/** Throws `invalid_request` that names the header. */
function headerOf(request: FastifyRequest, name: string, schema: z.ZodType<string>): string | undefined {
  const value = request.headers[name.toLowerCase()];
  if (value === undefined) return undefined;
  return parseRequest(z.object({ [name]: schema }), { [name]: String(value) }, "the header")[name];
}

export function queryOf<T extends z.ZodType>(request: FastifyRequest, schema: T): z.output<T> {
  return parseRequest(schema, request.query, "the query");
}

const PathNames = z.looseObject({
  id: z.string().default(""),
  role: z.string().default(""),
  config: z.string().default(""),
});

/** The `id` of the path, as it came. */
export const pathIdOf = ({ params }: FastifyRequest): string => PathNames.parse(params).id;

/** The `config` of the path, as it came. */
export const pathConfigOf = ({ params }: FastifyRequest): string => PathNames.parse(params).config;

/** The `role` of the path, as it came. */
export const pathRoleOf = ({ params }: FastifyRequest): string => PathNames.parse(params).role;

/** The task id of the path. Throws `invalid_id`. */
export const taskIdOf = (request: FastifyRequest): TaskId => requireTaskId(pathIdOf(request)).id;

/** The `Idempotency-Key` header, a structured-field string or a bare token; `undefined` without one. */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const text = headerOf(request, "Idempotency-Key", IdempotencyKey);
  return text === undefined ? undefined : (UNQUOTE.exec(text)?.[1] ?? text);
}

/** The `X-Session-Id` header: tasks of one session run in turn, and roles remember. */
export const sessionOf = (request: FastifyRequest): string | undefined => headerOf(request, "X-Session-Id", SessionId);

/** Where an event stream goes on: `Last-Event-ID` of a reconnecting client wins over `after`. */
export function resumePoint(request: FastifyRequest, after: number | undefined): number | undefined {
  const last = headerOf(request, "Last-Event-ID", LastEventId);
  return last === undefined ? after : Number(last);
}
