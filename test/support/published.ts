import { createPublisher, type Link, type PublishOutcome } from "@troupe/runtime/internal";

/** What becomes of a record that a user publishes: `unknown` when the server refuses it, since it gives no answer then. */
export async function published(link: Link, subject: string, body: unknown = {}): Promise<PublishOutcome["kind"]> {
  const publisher = createPublisher(link, { timeoutMs: 500 });
  const { kind } = await publisher.publish(subject, Buffer.from(JSON.stringify(body)));
  publisher.close();
  return kind;
}
