import { type Clock, type Logger, messageOf } from "@troupe/runtime/internal";

/** What a loop needs of its surroundings. */
export interface LoopPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
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
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted)
        logger.warn({ loop: name, reason: messageOf(error) }, "a round failed; the next one tries again");
    }
    // The only rejection is the signal's, which the loop's condition sees.
    await clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}
