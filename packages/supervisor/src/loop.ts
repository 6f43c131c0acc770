import { type Clock, type Logger, messageOf } from "@troupe/runtime/internal";

/** What a loop needs of its surroundings. */
export interface LoopPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Ends the present pause of a loop, or the next one. */
export class Wake {
  #waiting: (() => void) | undefined;
  #isDue = false;

  now(): void {
    this.#isDue = true;
    this.#waiting?.();
  }

  /** Resolves when it is called, at once when it was called since the last time. */
  async called(signal: AbortSignal): Promise<void> {
    if (!this.#isDue && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    this.#waiting = undefined;
    if (!signal.aborted) this.#isDue = false;
  }
}

/**
 * Does a piece of work again and again until the signal aborts, with a pause in between. A failure is logged and ends nothing: every
 * round looks at the present state, so the next one makes up for it. Resolves once the last round is over.
 */
export async function repeat(
  name: string,
  pauseMs: number,
  { clock, logger, signal }: LoopPorts,
  work: () => Promise<unknown>,
  wake?: Wake,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted)
        logger.warn({ loop: name, reason: messageOf(error) }, "a round failed; the next one tries again");
    }
    await pause(clock, pauseMs, signal, wake);
  }
}

async function pause(clock: Clock, pauseMs: number, signal: AbortSignal, wake: Wake | undefined): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  // The only rejection is the signal's, which the loop's condition sees.
  const slept = clock.sleep(pauseMs, either).catch(() => undefined);
  await (wake ? Promise.race([slept, wake.called(either)]) : slept);
  over.abort();
}

/** Repeats a round of work for as long as each one finds a full batch of it. */
export async function untilNotFull(batch: number, signal: AbortSignal, round: () => Promise<number>): Promise<void> {
  for (let done = batch; done === batch && !signal.aborted; ) done = await round();
}
