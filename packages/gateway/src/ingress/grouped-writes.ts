import type { Publisher } from "@troupe/runtime/internal";

/**
 * A publisher that sends what one turn of the event loop brought in one write: requests of many clients come in the same turn, and each
 * write of its own wakes the NATS server once more. A publish waits at most until the turn ends.
 */
export function groupWrites(publisher: Publisher): Publisher {
  let waiting: (() => void)[] = [];
  const send = () => {
    const due = waiting;
    waiting = [];
    for (const publish of due) publish();
  };
  return {
    publish: (subject, body, headers, expected) =>
      new Promise((settle) => {
        if (waiting.length === 0) setImmediate(send);
        waiting.push(() => settle(publisher.publish(subject, body, headers, expected)));
      }),
    close: () => publisher.close(),
  };
}
