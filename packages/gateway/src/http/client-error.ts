/** What is said to a connection whose bytes are no request that can be read: there is no request to answer yet. */
import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { TroupeError } from "@troupe/runtime/internal";
import { PROBLEM_TYPE, problemOf } from "./problem.ts";

const BY_CODE: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "the headers are too long"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "the extensions of a chunk are too long"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request did not come in time"],
};
const MALFORMED = [400, "this is no well-formed HTTP request"] as const;

/** Answers in the form of every other error and closes: what follows such bytes cannot be told apart from them. */
export function answerClientError({ code }: { readonly code?: string }, socket: Socket): void {
  if (code === "ECONNRESET" || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = BY_CODE[code ?? ""] ?? MALFORMED;
  const problem = problemOf(new TroupeError("invalid_request", message), randomUUID());
  const body = JSON.stringify({ ...problem.body, status });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
