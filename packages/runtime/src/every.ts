import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import { messageOf } from "./errors.ts";

/** Does something now and then regularly until the signal; what fails is logged and done again. Never rejects. */
export async function every(
  ms: number,
  { clock, logger }: { readonly clock: Clock; readonly logger: Pick<Logger, "warn"> },
  signal: AbortSignal,
  what: string,
  work: () => Promise<void> | void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      logger.warn({ what, reason: messageOf(error) }, "not done; trying again");
    }
    await clock.sleep(ms, signal).catch(() => undefined);
  }
}
