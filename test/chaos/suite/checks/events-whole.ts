import type { Violation } from "../../../support/invariants.ts";
import type { FollowedEvents, Round } from "../evidence.ts";

/** A client that came back at another gateway whenever one was gone saw every event once, in order, and one end. */
export const eventsWhole = ({ followed }: Round): Violation[] =>
  followed.flatMap((events) => {
    const detail = wrongIn(events);
    return detail === undefined ? [] : [{ invariant: "events whole", task: events.task, detail }];
  });

function wrongIn({ seen, whole }: FollowedEvents): string | undefined {
  const ids = seen.map(({ id }) => Number(id));
  const back = ids.findIndex((id, i) => i > 0 && id <= (ids[i - 1] ?? 0));
  if (back > 0) return `event ${ids[back]} came after ${ids[back - 1]}`;
  const ends = seen.filter(({ type }) => type === "done").length;
  if (ends !== 1 || seen.at(-1)?.type !== "done")
    return `${ends} ends, and ${seen.at(-1)?.type ?? "nothing"} was the last`;
  const missing = whole.find(({ id }) => !ids.includes(Number(id)));
  if (missing) return `event ${missing.id} (${missing.type}) never came`;
  const more = seen.find(({ id }) => !whole.some((event) => event.id === id));
  return more && `event ${more.id} (${more.type}) is not among those that are told afterwards`;
}
