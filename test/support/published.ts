import assert from "node:assert/strict";
import { createPublisher, type Link, type PublishOutcome } from "@troupe/runtime/internal";
import { until } from "./stack.ts";

/** What becomes of a record that a user publishes: `unknown` when the server refuses it, since it gives no answer then. */
export async function published(
  link: Link,
  subject: string,
  body: unknown = {},
  timeoutMs = 500,
): Promise<PublishOutcome["kind"]> {
  const publisher = createPublisher(link, { timeoutMs });
  const { kind } = await publisher.publish(subject, Buffer.from(JSON.stringify(body)));
  publisher.close();
  return kind;
}

/** A record that the server takes, however busy the machine is. */
export async function stored(link: Link, subject: string, body?: unknown): Promise<void> {
  assert.equal(await published(link, subject, body, 15_000), "stored");
}

/** A record that the server takes in the end: what an earlier attempt stored may have lost its answer. The subject is nobody else's. */
export async function storedAtLast(link: Link, subject: string): Promise<void> {
  await until(`${subject} is stored`, 15_000, async () => {
    const kind = await published(link, subject);
    return kind === "stored" || kind === "exists";
  });
}
