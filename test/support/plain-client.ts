/** What a plain NATS client does with the task services: requests, and answers in several messages. No library of ours. */
import { createInbox, errors, type Msg, type MsgHdrs, headers as newHeaders } from "@nats-io/transport-node";
import type { TaskAccepted, TaskEvent } from "@troupe/runtime";
import type { Link } from "@troupe/runtime/internal";

/** A machine that is twenty times overloaded stands still for seconds. */
const LIMIT_MS = 15_000;

/** Waits until `look` gives something, at most 15 s. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const limit = performance.now() + LIMIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > limit) throw new Error("it did not happen within 15 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface PlainAnswer {
  readonly body: TaskAccepted & { readonly error?: { readonly code: string; readonly message: string } };
  readonly code: string | undefined;
}

/** A request as any NATS client makes it, and makes it again while nobody serves: a gateway that stood still connects anew. */
export async function plainRequest(
  link: Link,
  subject: string,
  body: string | Uint8Array,
  headers?: Record<string, string>,
): Promise<PlainAnswer> {
  const block = newHeaders();
  for (const [name, value] of Object.entries(headers ?? {})) block.set(name, value);
  const answer = await served(link, subject, body, block);
  return { body: answer.json(), code: answer.headers?.get("Nats-Service-Error-Code") || undefined };
}

async function served(link: Link, subject: string, body: string | Uint8Array, headers: MsgHdrs): Promise<Msg> {
  const limit = performance.now() + LIMIT_MS;
  for (;;) {
    try {
      return await link.nc.request(subject, body, { timeout: LIMIT_MS, headers });
    } catch (error) {
      const isUnserved = error instanceof errors.RequestError && error.isNoResponders();
      if (!isUnserved || performance.now() > limit) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const brief = (event: TaskEvent): string => ("role" in event ? `${event.type} ${event.role}` : event.type);

/** Collects the messages of an answer until the empty one. */
export function plainStream(
  link: Link,
  subject: string,
  body: string,
): { chunks: Record<string, unknown>[]; ended: Promise<void> } {
  const chunks: Record<string, unknown>[] = [];
  const inbox = createInbox();
  const ended = new Promise<void>((resolve) => {
    link.nc.subscribe(inbox, {
      callback: (_error: unknown, message: Msg) => {
        if (message.data.length === 0) resolve();
        else chunks.push(message.json());
      },
    });
  });
  link.nc.publish(subject, body, { reply: inbox });
  return { chunks, ended };
}
