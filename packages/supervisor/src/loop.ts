import { aborted, type Clock, type ErrorCode, type Logger, messageOf, TroupeError } from "@troupe/runtime/internal";

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
    const called = Promise.withResolvers<void>();
    this.#waiting = called.resolve;
    if (!this.#isDue) await Promise.race([called.promise, aborted(signal)]);
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
  // The only rejection is the signal's, which the loop's condition sees.
  const sleep = (until: AbortSignal) => clock.sleep(pauseMs, until).catch(() => undefined);
  if (!wake) return sleep(signal);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  await Promise.race([sleep(either), wake.called(either)]);
  over.abort();
}

/** Repeats a round of work for as long as each one finds a full batch of it. */
export async function untilNotFull(batch: number, signal: AbortSignal, round: () => Promise<number>): Promise<void> {
  for (let done = batch; done === batch && !signal.aborted; ) done = await round();
}

const AGAIN_MS = 1_000;

/**
 * Does a piece of work, and again while what it needs does not answer: a store of three servers does not while it elects a leader. Each try
 * that failed is logged. Throws what the last one threw when the time is over or the signal aborts, and everything that does not pass at once.
 */
export async function untilAnswered<T>(
  what: string,
  limitMs: number,
  { clock, logger, signal }: LoopPorts,
  work: () => Promise<T>,
  passing: readonly ErrorCode[] = ["unavailable", "outcome_unknown"],
): Promise<T> {
  const deadlineMs = clock.monotonicMs() + limitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isPassing = TroupeError.is(error, ...passing);
      if (!isPassing || signal.aborted || clock.monotonicMs() >= deadlineMs) throw error;
      logger.warn({ reason: messageOf(error) }, `NATS does not answer for ${what} yet; trying again`);
    }
    // The only rejection is the signal's; the next try then is the last.
    await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
  }
}
