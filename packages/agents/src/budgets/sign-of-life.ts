import { type Clock, messageOf, TroupeError } from "@troupe/runtime";
import type { CasBucket, Logger } from "@troupe/runtime/internal";
import { z } from "zod";

/** First token of the keys of signs. */
export const HOLDERS = "holders";

/** Row `holders.<node>` of `<sys>-budgets`: that this life of the node was there at this time. */
export const Sign = z.strictObject({ v: z.literal(1), incarnation: z.string().min(1).max(128), atMs: z.int().min(0) });
export type Sign = z.infer<typeof Sign>;

/** So long after its last sign a node counts as gone, and what it held as spent, ms. */
export const HOLDER_LIMIT_MS = 60_000;
/** How often a node gives a sign, ms. */
export const SIGN_EVERY_MS = 15_000;
/** A node that could not give a sign for so long believes nothing of what it holds: well before others take it for gone. Ms. */
const TRUST_MS = 40_000;

export type SignRows = Pick<CasBucket<Sign>, "get" | "put">;

export interface SignOfLifeOptions {
  readonly rows: SignRows;
  readonly node: string;
  readonly incarnation: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when what this node holds may have been given to others. */
  readonly onLapse: () => void;
}

/** The name under which a life of a node holds. */
export const holderName = (node: string, incarnation: string): string => `${node}/${incarnation}`;

/** Says that this node is there, and knows which other holders are not. */
export class SignOfLife {
  readonly holder: string;
  readonly #options: SignOfLifeOptions;
  #givenMs: number | undefined;
  #giving: Promise<void> | undefined;

  constructor(options: SignOfLifeOptions) {
    this.#options = options;
    this.holder = holderName(options.node, options.incarnation);
  }

  /** Gives a sign unless the last one is fresh enough. Throws `unavailable`, `outcome_unknown`. */
  async ensure(): Promise<void> {
    const { clock, onLapse } = this.#options;
    const silentMs = this.#givenMs === undefined ? Number.POSITIVE_INFINITY : clock.monotonicMs() - this.#givenMs;
    if (silentMs < TRUST_MS) return;
    await this.give();
    onLapse();
  }

  /** Gives a sign now. */
  give(): Promise<void> {
    this.#giving ??= this.#write().finally(() => {
      this.#giving = undefined;
    });
    return this.#giving;
  }

  /** Which of these holders are gone: another life of their node has begun, or it has given no sign for a minute. */
  async goneAmong(holders: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows, clock, logger } = this.#options;
    const gone = new Set<string>();
    for (const holder of holders) {
      const [node = "", incarnation = ""] = holder.split("/");
      try {
        const sign = (await rows.get(`${HOLDERS}.${node}`))?.value;
        const isThere = sign?.incarnation === incarnation && clock.nowMs() - sign.atMs < HOLDER_LIMIT_MS;
        if (!isThere) gone.add(holder);
      } catch (error) {
        logger.warn({ holder, reason: messageOf(error) }, "whether a holder of budgets is there could not be read");
      }
    }
    return gone;
  }

  async #write(): Promise<void> {
    const { rows, node, incarnation, clock } = this.#options;
    const key = `${HOLDERS}.${node}`;
    for (let tries = 1; ; tries++) {
      const beganMs = clock.monotonicMs();
      const sign: Sign = { v: 1, incarnation, atMs: Math.floor(clock.nowMs()) };
      try {
        const row = await rows.get(key);
        await rows.put(key, sign, row?.revision);
        this.#givenMs = beganMs;
        return;
      } catch (error) {
        // Another process of the same name: whoever writes last is believed, and what the other one held counts as spent.
        if (!TroupeError.is(error, "conflict") || tries >= 5) throw error;
      }
    }
  }
}
