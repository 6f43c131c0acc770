import { EventSource } from "eventsource";
import { EVENT_TYPES, type SeenEvent } from "../../../support/event-client.ts";
import type { HttpUser } from "./http-user.ts";

/**
 * Follows a task's events to their end as browsers do, each connection at the next gateway, from the last event that it has. What arrived, in
 * its order; `undefined` when it was given up before the end.
 */
export async function readEvents(
  user: HttpUser,
  task: string,
  givenUp: AbortSignal,
): Promise<readonly SeenEvent[] | undefined> {
  const path = `/api/v1/tasks/${task}/events`;
  const seen: SeenEvent[] = [];
  const ended = Promise.withResolvers<boolean>();
  const giveUp = () => ended.resolve(false);
  if (givenUp.aborted) return undefined;
  givenUp.addEventListener("abort", giveUp, { once: true });
  const source = new EventSource(`http://gateway.invalid${path}`, {
    fetch: (_, { headers, signal }) => user.open(path, headers, AbortSignal.any([signal as AbortSignal, givenUp])),
  });
  try {
    for (const type of EVENT_TYPES)
      source.addEventListener(type, ({ lastEventId }) => {
        seen.push({ id: lastEventId, type });
      });
    // The end of a stream is told by 204, that nothing is to be asked for any more.
    source.addEventListener("error", ({ code }) => {
      if (code === 204) ended.resolve(true);
    });
    return (await ended.promise) ? seen : undefined;
  } finally {
    givenUp.removeEventListener("abort", giveUp);
    source.close();
  }
}
