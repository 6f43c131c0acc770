import { headers, type Msg, type MsgHdrs } from "@nats-io/transport-node";
import type { Logger } from "pino";
import type { ZodType } from "zod";
import { decodeJson } from "../codec/json.ts";
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from "../contracts/task.ts";
import { ERRORS, type ErrorBody, errorBodyOf, messageOf, TroupeError } from "../errors.ts";
import type { Link } from "./connection.ts";

/** One request to an endpoint. Answers to a caller that is gone, or that named no inbox, go nowhere. */
export interface ServiceRequest {
  readonly subject: string;
  readonly headers: MsgHdrs | undefined;
  readonly body: Uint8Array;
  /** Whether the caller waits for an answer. */
  readonly hasReply: boolean;
  /** Aborts when the service stops. */
  readonly signal: AbortSignal;
  /** The body as JSON, checked; an empty body is `{}`. Throws `invalid_request` with path and reason of everything that is wrong. */
  json<T>(schema: ZodType<T>): T;
  /** Answers with a JSON value; the last or only message of the answer. */
  respond(value: unknown): void;
  respondError(error: unknown): void;
  /** One of several messages of an answer. */
  chunk(value: unknown): void;
  /** Ends an answer of several messages by an empty one. */
  end(): void;
}

export interface RequestPorts {
  readonly link: Link;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Counts an error answer. */
  readonly failed: (error: unknown) => void;
}

/** Replies across accounts arrive at `_R_.…`; every other one must be an inbox. None at all is a plain publish. */
export function isAnswerable(reply: string | undefined, inboxPrefix: string): boolean {
  if (!reply) return true;
  return (
    reply.startsWith("_INBOX.") ||
    reply.startsWith("_R_.") ||
    reply.startsWith("_INBOX_") ||
    reply.startsWith(`${inboxPrefix}.`)
  );
}

export function createServiceRequest(message: Msg, ports: RequestPorts): ServiceRequest {
  const send = (body: Uint8Array | string, error?: ErrorBody) => {
    if (!message.reply) return;
    message.respond(body, error ? { headers: errorHeaders(error) } : {});
  };
  const respondError = (error: unknown) => {
    ports.failed(error);
    const body = publicError(error, message.subject, ports.logger);
    trySend(() => send(JSON.stringify({ error: body }), body), message, ports.logger);
  };
  const sendValue = (value: unknown) => {
    const text = JSON.stringify(value);
    const limit = ports.link.nc.info?.max_payload ?? Number.POSITIVE_INFINITY;
    const size = Buffer.byteLength(text);
    if (size > limit)
      respondError(new TroupeError("body_too_large", `the answer has ${size} bytes; NATS carries ${limit}`));
    else trySend(() => send(text), message, ports.logger);
  };
  return {
    subject: message.subject,
    headers: message.headers,
    body: message.data,
    hasReply: Boolean(message.reply),
    signal: ports.signal,
    json: (schema) => parseBody(message.data, schema),
    respond: sendValue,
    respondError,
    chunk: sendValue,
    end: () => trySend(() => send(""), message, ports.logger),
  };
}

/** A closed connection is no reason to throw into a handler: the caller asks again elsewhere. */
function trySend(send: () => void, message: Msg, logger: Logger): void {
  try {
    send();
  } catch (error) {
    logger.debug({ subject: message.subject, reason: messageOf(error) }, "answer not sent");
  }
}

function parseBody<T>(body: Uint8Array, schema: ZodType<T>): T {
  const json =
    body.length === 0
      ? { ok: true as const, value: {} }
      : decodeJson(body, { maxBytes: MAX_BODY_BYTES, maxDepth: MAX_BODY_DEPTH });
  if (!json.ok) throw new TroupeError("invalid_request", `the body is not what was promised: ${json.reason}`);
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({
    path: path.map(String).join(".") || "(the whole body)",
    reason: message,
  }));
  const text = problems.map(({ path, reason }) => `${path}: ${reason}`).join("; ");
  throw new TroupeError("invalid_request", text, { details: { problems } });
}

/** What a caller may see: of an unforeseen error only that it happened. */
function publicError(error: unknown, subject: string, logger: Logger): ErrorBody {
  if (error instanceof TroupeError) return errorBodyOf(error);
  logger.error(
    { subject, reason: messageOf(error), stack: error instanceof Error ? error.stack : undefined },
    "handler threw",
  );
  return { code: "invariant_violated", message: "the request could not be served; see the log of the service" };
}

function errorHeaders(error: ErrorBody): MsgHdrs {
  const block = headers();
  block.set("Nats-Service-Error", error.message.replace(/[^\x20-\x7e]+/g, " ").slice(0, 512));
  block.set("Nats-Service-Error-Code", String(ERRORS[error.code].http));
  return block;
}
