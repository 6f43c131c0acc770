import { type Link, type Logger, messageOf, type Subjects } from "@troupe/runtime/internal";
import type { AlertSink } from "./alert-watch.ts";

/** Publishes alerts on `<sys>.alerts.<name>`; nobody need listen. */
export function subjectSink(link: Link, subjects: Subjects, logger: Logger): AlertSink {
  return {
    tell: (notice) => {
      try {
        link.nc.publish(subjects.alert(notice.name), JSON.stringify(notice));
      } catch (error) {
        logger.warn({ alert: notice.name, reason: messageOf(error) }, "an alert was not published");
      }
    },
  };
}
