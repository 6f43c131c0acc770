/** What a plain NATS client does with the task services: requests, and answers in several messages. No library of ours. */
import { createInbox, type Msg, headers as newHeaders } from "@nats-io/transport-node";
import type { TaskAccepted, TaskEvent } from "@troupe/runtime";
import type { Link } from "@troupe/runtime/internal";

/** Waits until `look` gives something, at most 5 s. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const limit = performance.now() + 5_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > limit) throw new Error("it did not happen within 5 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface PlainAnswer {
  readonly body: TaskAccepted & { readonly error?: { readonly code: string; readonly message: string } };
  readonly code: string | undefined;
}

/** A request as any NATS client makes it. */
export async function plainRequest(
  link: Link,
  subject: string,
  body: string | Uint8Array,
  headers?: Record<string, string>,
): Promise<PlainAnswer> {
  const block = newHeaders();
  for (const [name, value] of Object.entries(headers ?? {})) block.set(name, value);
  const answer = await link.nc.request(subject, body, { timeout: 3_000, headers: block });
  return { body: answer.json(), code: answer.headers?.get("Nats-Service-Error-Code") || undefined };
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
