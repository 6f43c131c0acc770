import { CONTROL_VERSION, type Link, type Logger, messageOf, rfc3339, type Subjects } from "@troupe/runtime/internal";

/** One thing that the control plane noticed or decided. `name` is its subject's last tokens: `node.up`, `deploy`, `placement`. */
export interface ControlEvent {
  readonly name: string;
  /** What it is about: a node, a version, a role. */
  readonly about: string;
  readonly reason: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Records control-plane events in the CONTROL stream, for 30 days. An event that cannot be stored is logged; nothing waits for it. */
export class ControlEvents {
  readonly #link: Link;
  readonly #subjects: Subjects;
  readonly #logger: Logger;
  readonly #stamp: () => { at: string; supervisor: string; epoch: number };
  readonly #onEvent: ((name: string) => void) | undefined;

  constructor(
    link: Link,
    subjects: Subjects,
    logger: Logger,
    from: { nowMs: () => number; supervisor: string; epoch: number; onEvent?: (name: string) => void },
  ) {
    this.#link = link;
    this.#subjects = subjects;
    this.#logger = logger;
    this.#onEvent = from.onEvent;
    this.#stamp = () => ({ at: rfc3339(from.nowMs()), supervisor: from.supervisor, epoch: from.epoch });
  }

  record(event: ControlEvent): void {
    const { name, about, reason } = event;
    this.#onEvent?.(name);
    this.#logger.info({ event: name, about, reason }, "control event");
    const body = JSON.stringify({ v: CONTROL_VERSION, ...this.#stamp(), ...event });
    this.#link.nc
      .request(this.#subjects.controlEvent(name), body, { timeout: 2_000 })
      .catch((error: unknown) =>
        this.#logger.warn({ event: name, reason: messageOf(error) }, "a control event was not stored"),
      );
  }
}
