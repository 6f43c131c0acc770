/** A client of a task's event stream as browsers are one: it comes back by itself, with the id of the last event that it has. */
import { EventSource } from "eventsource";

/** Kinds of events of a task. */
export const EVENT_TYPES = [
  "accepted",
  "claim",
  "step",
  "progress",
  "forward",
  "wait",
  "reply",
  "retry",
  "dead",
  "gap",
  "done",
];

export interface SeenEvent {
  readonly id: string;
  readonly type: string;
}

export class EventClient implements Disposable {
  /** What arrived, in its order, repeats included. */
  readonly seen: SeenEvent[] = [];
  readonly opened: Promise<void>;
  /** Resolves once the server has said that nothing follows. */
  readonly ended: Promise<void>;
  readonly #source: EventSource;

  constructor(gateway: string, task: string) {
    this.#source = new EventSource(`${gateway}/api/v1/tasks/${task}/events`);
    const [opened, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.opened = opened.promise;
    this.ended = ended.promise;
    for (const type of EVENT_TYPES) {
      this.#source.addEventListener(type, ({ lastEventId }) => {
        this.seen.push({ id: lastEventId, type });
        opened.resolve();
      });
    }
    this.#source.addEventListener("error", ({ code }) => {
      if (code === 204) ended.resolve();
    });
  }

  [Symbol.dispose](): void {
    this.#source.close();
  }
}
