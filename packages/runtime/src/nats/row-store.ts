import type { Clock } from "../clock.ts";
import type { Link } from "./connection.ts";
import { directGetAll, directGetLast, type StoredMessage } from "./direct-get.ts";
import { createPublisher, type Publisher } from "./publisher.ts";

/** A message as rows need it. */
export type StoredRow = Pick<StoredMessage, "subject" | "sequence" | "body"> & {
  /** `DEL` or `PURGE` for a marker in the place of a row. */
  readonly operation: string;
};

/** Where the rows of a bucket are. Two adapters: its stream, and a simulated one that is as nasty. */
export interface RowStore extends Pick<Publisher, "publish"> {
  /** The last message of a subject. May be stale on a replicated store. Throws `unavailable`. */
  last(subject: string): Promise<StoredRow | undefined>;
  /** The last message of every subject that matches the filter. Throws `unavailable`. */
  all(filter: string): Promise<readonly StoredRow[]>;
}

/** The rows of a bucket's stream. Without a publisher it makes one of its own on the link, when it is first needed. */
export function streamRows(link: Link, stream: string, clock: Clock, given?: Publisher): RowStore {
  let publisher = given;
  return {
    publish(subject, body, headers, expected) {
      publisher ??= createPublisher(link, { clock });
      return publisher.publish(subject, body, headers, expected);
    },
    async last(subject) {
      const message = await directGetLast(link, stream, subject);
      return message && rowOf(message);
    },
    all: async (filter) => (await directGetAll(link, stream, { filter })).map(rowOf),
  };
}

const rowOf = ({ subject, sequence, body, headers }: StoredMessage): StoredRow => ({
  subject,
  sequence,
  body,
  operation: headers.last("KV-Operation"),
});
