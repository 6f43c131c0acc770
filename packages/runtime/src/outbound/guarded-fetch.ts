import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { TroupeError } from "../errors.ts";
import { guardedLookup, hostOf, requireDestination } from "./destination.ts";

export interface GuardedFetchOptions {
  /** Hosts whose addresses may be private and that may be reached without TLS. Default none. */
  readonly privateHosts?: readonly string[] | undefined;
  /** Largest body of an answer. Bytes; default 8 MiB. */
  readonly maxBytes?: number | undefined;
}

const MAX_BYTES = 8 * 1024 * 1024;
/** Answers that have no body. */
const BODILESS = new Set([204, 205, 304]);

/**
 * A `fetch` for addresses that others name. Redirects are answers and not followed; the address is judged where it is resolved. Rejects with
 * `forbidden` where nothing may be sent, and with the connection's own error; a body over the limit breaks off with `body_too_large`.
 */
export function guardedFetch({ privateHosts = [], maxBytes = MAX_BYTES }: GuardedFetchOptions = {}): typeof fetch {
  return async (input, init) => {
    const asked = new Request(input, init);
    const url = requireDestination(asked.url, privateHosts);
    const body = asked.body === null ? undefined : Buffer.from(await asked.arrayBuffer());
    const response = await send(url, asked, body, privateHosts.includes(hostOf(url)));
    const status = response.statusCode ?? 0;
    const headers = Object.entries(response.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    );
    if (BODILESS.has(status)) {
      response.resume();
      return new Response(null, { status, headers });
    }
    return new Response(Readable.toWeb(response).pipeThrough(bounded(maxBytes)), { status, headers });
  };
}

async function send(
  url: URL,
  { method, headers, signal }: Request,
  body: Buffer | undefined,
  isPrivateAllowed: boolean,
): Promise<IncomingMessage> {
  // Loaded here: they bring much along, and few processes ask others over HTTP.
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const options = {
    method,
    headers: {
      ...Object.fromEntries(headers),
      "user-agent": "troupe",
      ...(body === undefined ? {} : { "content-length": body.byteLength }),
    },
    lookup: guardedLookup(isPrivateAllowed),
    signal,
    agent: false,
  };
  return new Promise((fulfil, reject) => {
    const sent = request(url, options, fulfil);
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A server that sends without end ends its own answer, and not the memory of its client. */
function bounded(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes <= maxBytes) controller.enqueue(chunk);
      else controller.error(new TroupeError("body_too_large", `the answer is over ${maxBytes} bytes`));
    },
  });
}
