/** Server-sent events, and answers that take long: what is open towards a client ends when the client goes or the gateway closes. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { errorBodyOf, type Logger, messageOf, type TaskEvent } from "@troupe/runtime/internal";

const PING_MS = 15_000;
/** How long a client should wait before it reconnects. */
const RETRY_MS = 1_000;

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
  connection: "keep-alive",
};

/** A stream in one protocol's words. */
export interface EventSource {
  readonly headers: Readonly<Record<string, string>>;
  /** Texts in the wire form, blank line included. Ends soon after the signal aborts. */
  frames(signal: AbortSignal): AsyncIterable<string>;
  /** The last frame of a stream that cannot go on. */
  failure(error: unknown): string;
}

/** One event in the wire form. */
export const formatFrame = (data: unknown, event?: string): string =>
  `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;

/** A task's event: the sequence of its record is the id, so a client resumes at any gateway. Only events with a record have one. */
export const formatEvent = (event: TaskEvent): string =>
  `${"id" in event ? `id: ${event.id}\n` : ""}${formatFrame(event, event.type)}`;

/** The events of a task for a client that resumes by `Last-Event-ID`. */
export function taskEventSource(
  headers: Readonly<Record<string, string>>,
  watch: (signal: AbortSignal) => AsyncIterable<TaskEvent>,
): EventSource {
  return {
    headers,
    async *frames(signal) {
      yield `retry: ${RETRY_MS}\n\n`;
      for await (const event of watch(signal)) yield formatEvent(event);
    },
    failure: (error) => formatFrame(errorBodyOf(error, "unavailable"), "error"),
  };
}

/** The answers that are under way, so that a closing gateway can end them: each would hold the server open for ever. */
export class EventStreams {
  readonly #open = new Set<AbortController>();
  readonly #logger: Logger;
  readonly #stalledMs: number;

  /** A client that takes nothing for `stalledMs` is gone; it may come back and resume. */
  constructor(logger: Logger, stalledMs: number) {
    this.#logger = logger;
    this.#stalledMs = stalledMs;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Ends everything that is open; clients of streams reconnect elsewhere and resume. */
  closeAll(): void {
    for (const answer of this.#open) answer.abort();
  }

  /** Waits for something on behalf of a client; the signal aborts when the client goes or the gateway closes. */
  async hold<T>(response: ServerResponse, wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const answer = new AbortController();
    const end = () => answer.abort();
    this.#open.add(answer);
    response.once("close", end);
    try {
      return await wait(answer.signal);
    } finally {
      response.off("close", end);
      this.#open.delete(answer);
    }
  }

  /** Sends frames until they end, the client goes or the gateway closes. A slow client holds back the reading of the log. */
  send(response: ServerResponse, source: EventSource): Promise<void> {
    return this.hold(response, async (signal) => {
      const ping = setInterval(() => {
        if (!response.writableNeedDrain) response.write(": ping\n\n");
      }, PING_MS);
      try {
        response.writeHead(200, { ...HEADERS, ...source.headers });
        response.flushHeaders();
        for await (const frame of source.frames(signal)) await this.#write(response, frame, signal);
      } catch (error) {
        this.#fail(response, source, error);
      } finally {
        clearInterval(ping);
        response.end();
      }
    });
  }

  /** Nothing is read ahead of a client: one frame beyond what the socket holds is all that waits for it. */
  async #write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
    if (response.destroyed || response.write(text) || signal.aborted) return;
    await once(response, "drain", { signal: AbortSignal.any([signal, AbortSignal.timeout(this.#stalledMs)]) });
  }

  #fail(response: ServerResponse, source: EventSource, error: unknown): void {
    if (response.writableNeedDrain) response.destroy();
    else if (!response.destroyed && !response.writableEnded) {
      this.#logger.warn({ reason: messageOf(error) }, "event stream failed");
      response.write(source.failure(error));
    }
  }
}
