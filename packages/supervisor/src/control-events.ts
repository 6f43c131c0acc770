import {
  type Clock,
  CONTROL_VERSION,
  createPublisher,
  type Link,
  type Logger,
  type Publisher,
  rfc3339,
  type Subjects,
} from "@troupe/runtime/internal";

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
  readonly clock: Clock;
  readonly supervisor: string;
  readonly epoch: number;
  /** Aborts when the term is over. */
  readonly term: AbortSignal;
  readonly onEvent?: (name: string) => void;
}

/** How long an event is tried; longer than the election of a stream's leader. */
const STORE_MS = 12_000;
const RETRY_MS = 100;

/**
 * Records control-plane events in the CONTROL stream, for 30 days. An event that cannot be stored in 12 s is logged; nothing waits for it. What
 * is noticed when the term is over is the next leader's to tell.
 */
export class ControlEvents {
  readonly #publisher: Publisher;
  readonly #subjects: Subjects;
  readonly #logger: Logger;
  readonly #from: EventSource;
  #count = 0;

  constructor(link: Link, subjects: Subjects, logger: Logger, from: EventSource) {
    this.#publisher = createPublisher(link, { clock: from.clock });
    this.#subjects = subjects;
    this.#logger = logger;
    this.#from = from;
    from.term.addEventListener("abort", () => this.#publisher.close(), { once: true });
  }

  record(event: ControlEvent): void {
    const { name, about, reason } = event;
    const { clock, supervisor, epoch, term, onEvent } = this.#from;
    if (term.aborted) {
      this.#logger.info({ event: name, about, reason }, "noticed in a term that is over");
      return;
    }
    onEvent?.(name);
    this.#logger.info({ event: name, about, reason }, "control event");
    const body = JSON.stringify({ v: CONTROL_VERSION, at: rfc3339(clock.nowMs()), supervisor, epoch, ...event });
    void this.#store(name, body);
  }

  async #store(name: string, body: string): Promise<void> {
    const { clock, supervisor, epoch, term } = this.#from;
    // What was stored though its answer got lost is not stored again.
    const headers = { "Nats-Msg-Id": `${supervisor}/${epoch}/${++this.#count}` };
    const deadlineMs = clock.monotonicMs() + STORE_MS;
    for (;;) {
      const outcome = await this.#publisher.publish(this.#subjects.controlEvent(name), Buffer.from(body), headers);
      if (outcome.kind === "stored") return;
      if (outcome.kind !== "unknown" || term.aborted || clock.monotonicMs() >= deadlineMs) {
        const why = "text" in outcome ? outcome.text : outcome.kind;
        this.#logger.warn({ event: name, reason: why }, "a control event was not stored");
        return;
      }
      await clock.sleep(RETRY_MS);
    }
  }
}
