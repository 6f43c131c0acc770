import {
  CONTROL_VERSION,
  Died,
  type Link,
  type Logger,
  type Member,
  messageOf,
  type Subjects,
} from "@troupe/runtime/internal";
import { jsonBody } from "../observer/json-body.ts";

/** Listens for deaths that nodes report. Returns how to stop it. */
export function listenForDeaths(
  link: Link,
  subjects: Subjects,
  logger: Logger,
  onDeath: (died: Died) => void,
): () => void {
  const subscription = link.nc.subscribe(subjects.control("died"), {
    callback: (error, message) => {
      try {
        if (error) throw error;
        onDeath(Died.parse(jsonBody(message.data)));
      } catch (thrown) {
        logger.warn({ reason: messageOf(thrown) }, "a notice of a death is ignored");
      }
    },
  });
  return () => subscription.unsubscribe();
}

/** Tells everybody that a node is dead, so that whoever gets its messages may count its claims. May be lost. */
export function announceDeath(link: Link, subjects: Subjects, { node, incarnation, reason }: Member): void {
  const died: Died = { v: CONTROL_VERSION, node, incarnation, reason };
  link.nc.publish(subjects.control("died"), JSON.stringify(died));
}
