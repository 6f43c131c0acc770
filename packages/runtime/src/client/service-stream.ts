import { createInbox, type Msg } from "@nats-io/transport-node";
import { TroupeError } from "../errors.ts";
import { answerOf, encodeRequest } from "../nats/call-service.ts";
import type { Link } from "../nats/connection.ts";

const NO_RESPONDERS = 503;

/**
 * The values of an answer in several messages, until its empty message. Throws what the service answered, and `unavailable` when nobody
 * serves the subject, nothing came for `silenceMs`, or the signal aborted.
 */
export async function* streamService(
  link: Link,
  subject: string,
  body: unknown,
  { silenceMs, signal }: { readonly silenceMs: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator {
  const messages = openInbox(link, subject, body);
  try {
    for (;;) {
      const message = await messages.next(silenceMs, signal);
      if (!message) throw new TroupeError("unavailable", `no more answers on ${subject}`);
      if (message.data.length === 0 && message.headers?.code === NO_RESPONDERS) {
        throw new TroupeError("unavailable", `nobody serves ${subject}`);
      }
      if (message.data.length === 0) return;
      yield answerOf(message, subject);
    }
  } finally {
    messages.close();
  }
}

interface Inbox {
  /** The next message; `undefined` after `ms` of silence or when the signal aborts. */
  next(ms: number, signal: AbortSignal | undefined): Promise<Msg | undefined>;
  close(): void;
}

function openInbox(link: Link, subject: string, body: unknown): Inbox {
  const inbox = createInbox(link.inboxPrefix);
  const received: Msg[] = [];
  let wake: (() => void) | undefined;
  const subscription = link.nc.subscribe(inbox, {
    callback: (error, message) => {
      if (error) return;
      received.push(message);
      wake?.();
    },
  });
  const { payload, headers } = encodeRequest(body);
  link.nc.publish(subject, payload, { reply: inbox, headers });
  return {
    next: async (ms, signal) => {
      if (received.length === 0 && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          const end = () => {
            clearTimeout(timer);
            signal?.removeEventListener("abort", end);
            resolve();
          };
          const timer = setTimeout(end, ms);
          signal?.addEventListener("abort", end, { once: true });
          wake = end;
        });
      }
      return received.shift();
    },
    close: () => {
      if (!subscription.isClosed()) subscription.unsubscribe();
    },
  };
}
