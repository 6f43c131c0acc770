import { Heartbeat, isNodeName, type Link, type Logger, messageOf, type Subjects } from "@troupe/runtime/internal";
import { jsonBody } from "../observer/json-body.ts";

/** Listens for the heartbeats of all nodes. One that does not parse, or speaks for another node than its subject, is ignored. Returns how to stop it. */
export function listenForHeartbeats(
  link: Link,
  subjects: Subjects,
  logger: Logger,
  onHeartbeat: (heartbeat: Heartbeat) => void,
): () => void {
  const subscription = link.nc.subscribe(subjects.heartbeat("*"), {
    callback: (error, message) => {
      try {
        if (error) throw error;
        const heartbeat = Heartbeat.parse(jsonBody(message.data));
        const isOwn = subjects.heartbeat(heartbeat.node) === message.subject && isNodeName(heartbeat.node);
        if (!isOwn) throw new RangeError(`a heartbeat of ${heartbeat.node.slice(0, 64)} on another one's subject`);
        onHeartbeat(heartbeat);
      } catch (thrown) {
        logger.warn({ reason: messageOf(thrown).slice(0, 500) }, "a heartbeat is ignored");
      }
    },
  });
  return () => subscription.unsubscribe();
}
