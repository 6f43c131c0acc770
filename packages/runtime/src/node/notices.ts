import type { Msg } from "@nats-io/transport-node";
import type { ZodType } from "zod";
import { Died, Ended } from "../contracts/control.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { messageOf } from "../errors.ts";
import type { Link } from "../nats/connection.ts";
import type { Logger } from "../telemetry/logger.ts";

/** What a node does with notices of the control plane. */
export interface NoticeHandlers {
  readonly ended: (ended: Ended) => void;
  readonly died: (died: Died) => void;
}

/** Largest notice that is read at all, bytes. */
const MAX_NOTICE_BYTES = 65_536;

/** Passes on notices that parse; others are logged. They end with the link. */
export function subscribeNotices(link: Link, subjects: Subjects, logger: Logger, handlers: NoticeHandlers): void {
  subscribe(link, subjects.control("ended"), Ended, handlers.ended, logger);
  subscribe(link, subjects.control("died"), Died, handlers.died, logger);
}

function subscribe<T>(link: Link, subject: string, schema: ZodType<T>, handle: (notice: T) => void, logger: Logger) {
  link.nc.subscribe(subject, {
    callback: (error, message) => {
      // Whatever is thrown here would end the connection's read loop.
      try {
        if (error) throw error;
        handle(read(message, schema));
      } catch (thrown) {
        logger.warn({ subject, reason: messageOf(thrown) }, "notice ignored");
      }
    },
  });
}

function read<T>(message: Msg, schema: ZodType<T>): T {
  if (message.data.length > MAX_NOTICE_BYTES) throw new RangeError(`${message.data.length} bytes are too many`);
  return schema.parse(JSON.parse(message.string()));
}
