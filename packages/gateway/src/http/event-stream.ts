/** Server-sent events: the sequence of a task's record is the event's id, so a client resumes at any gateway. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { errorBodyOf, type Logger, messageOf, type TaskEvent } from "@troupe/runtime/internal";

const PING_MS = 15_000;
/** A client that takes nothing for so long is gone; it may come back and resume. */
const STALLED_MS = 60_000;
/** How long a client should wait before it reconnects. */
const RETRY_MS = 1_000;

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
  connection: "keep-alive",
};

/** One event in the wire form. Only events with a record behind them have an id. */
export function formatEvent(event: TaskEvent): string {
  const id = "id" in event ? `id: ${event.id}\n` : "";
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** The streams that are open, so that a closing gateway can end them: each would hold the server open for ever. */
export class EventStreams {
  readonly #open = new Set<AbortController>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Ends all streams; their clients reconnect elsewhere and resume. */
  closeAll(): void {
    for (const stream of this.#open) stream.abort();
  }

  /** Sends events until they end, the client goes or the gateway closes. A slow client holds back the reading of the log. */
  async send(
    response: ServerResponse,
    extraHeaders: Readonly<Record<string, string>>,
    watch: (signal: AbortSignal) => AsyncIterable<TaskEvent>,
  ): Promise<void> {
    const stream = new AbortController();
    this.#open.add(stream);
    response.once("close", () => stream.abort());
    const ping = setInterval(() => {
      if (!response.writableNeedDrain) response.write(": ping\n\n");
    }, PING_MS);
    try {
      response.writeHead(200, { ...HEADERS, ...extraHeaders });
      response.write(`retry: ${RETRY_MS}\n\n`);
      for await (const event of watch(stream.signal)) await write(response, formatEvent(event), stream.signal);
    } catch (error) {
      if (response.writableNeedDrain) response.destroy();
      else if (!stream.signal.aborted) {
        this.#logger.warn({ reason: messageOf(error) }, "event stream failed");
        response.write(`event: error\ndata: ${JSON.stringify(errorBodyOf(error, "unavailable"))}\n\n`);
      }
    } finally {
      clearInterval(ping);
      this.#open.delete(stream);
      response.end();
    }
  }
}

async function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (response.write(text) || signal.aborted) return;
  await once(response, "drain", { signal: AbortSignal.any([signal, AbortSignal.timeout(STALLED_MS)]) });
}
