import { CONTROL_VERSION, type Link, type Logger, messageOf, rfc3339, type Subjects } from "@troupe/runtime/internal";

/** One thing that the control plane noticed or decided. `name` is its subject's last tokens: `node.up`, `deploy`, `placement`. */
export interface ControlEvent {
  readonly name: string;
  /** What it is about: a node, a version, a role. */
  readonly about: string;
  readonly reason: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Where the events of one term come from. */
export interface EventSource {
  readonly nowMs: () => number;
  readonly supervisor: string;
  readonly epoch: number;
  /** Aborts when the term is over. */
  readonly term: AbortSignal;
  readonly onEvent?: (name: string) => void;
}

/**
 * Records control-plane events in the CONTROL stream, for 30 days. An event that cannot be stored is logged; nothing waits for it. What is
 * noticed when the term is over is the next leader's to tell.
 */
export class ControlEvents {
  readonly #link: Link;
  readonly #subjects: Subjects;
  readonly #logger: Logger;
  readonly #from: EventSource;

  constructor(link: Link, subjects: Subjects, logger: Logger, from: EventSource) {
    this.#link = link;
    this.#subjects = subjects;
    this.#logger = logger;
    this.#from = from;
  }

  record(event: ControlEvent): void {
    const { name, about, reason } = event;
    const { nowMs, supervisor, epoch, term, onEvent } = this.#from;
    if (term.aborted) {
      this.#logger.info({ event: name, about, reason }, "noticed in a term that is over");
      return;
    }
    onEvent?.(name);
    this.#logger.info({ event: name, about, reason }, "control event");
    const body = JSON.stringify({ v: CONTROL_VERSION, at: rfc3339(nowMs()), supervisor, epoch, ...event });
    this.#link.nc
      .request(this.#subjects.controlEvent(name), body, { timeout: 2_000 })
      .catch((error: unknown) =>
        this.#logger.warn({ event: name, reason: messageOf(error) }, "a control event was not stored"),
      );
  }
}
