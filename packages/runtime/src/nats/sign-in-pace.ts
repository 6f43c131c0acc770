import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";

/**
 * How long the next attempt to sign in may take, and what time passes before it. On an overloaded machine an attempt may take longer than any fixed time; given
 * up and begun anew at once by everybody, it is load itself, and nobody gets in until the load falls. So who ran out of time is given twice as much,
 * and begins at a time of its own.
 */
export interface SignInPace {
  readonly timeoutMs: number;
  /** Since the last attempt ended. */
  readonly waitMs: number;
}

/** How the last attempts ended, one after the other. */
export interface FailedAttempts {
  /** Nobody said no, but it was not done in time. */
  readonly late: number;
  /** The server did not let the user in. */
  readonly refused: number;
}

/** A server that is hung is left for another one of its cluster after this. */
const FIRST_TIMEOUT_MS = 2_000;
/** Below the time that the servers give (`SIGN_IN_LIMIT_S`): it is the client who gives up. */
const LONGEST_TIMEOUT_MS = 8_000;
const RECONNECT_MS = 100;
/** The first may be an expiry, with new credentials at hand. Then they do not get better within milliseconds, and each try is a line in a log. */
const REFUSED_MS = 1_000;

/** How long a server may wait for a client to say who it is, s. A silent client holds a connection for that long, and nothing else. */
export const SIGN_IN_LIMIT_S = 10;

/** Pure. `chance` is in [0, 1). */
export function signInPace({ late, refused }: FailedAttempts, chance: number): SignInPace {
  const timeoutMs = Math.min(LONGEST_TIMEOUT_MS, FIRST_TIMEOUT_MS * 2 ** late);
  const shortestMs = refused > 1 ? REFUSED_MS : RECONNECT_MS;
  // A late one is spread over as much time as it took.
  return { timeoutMs, waitMs: shortestMs * (1 + chance / 2) + (late > 0 ? chance * (timeoutMs / 2) : 0) };
}

/** Share of its time after which a failed attempt has run out of it, and was not answered with a no. */
const LATE_SHARE = 0.9;

/** The attempts of one connection, as the library tells of them. */
export class SignInAttempts {
  readonly #clock: Clock;
  readonly #random: Random;
  #failed: FailedAttempts = { late: 0, refused: 0 };
  #pace: SignInPace;
  #beganMs: number | undefined;
  /** How long the last one took. */
  #tookMs = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.#pace = signInPace(this.#failed, random.unit());
  }

  begin(): void {
    this.#beganMs = this.#clock.monotonicMs();
  }

  succeeded(): void {
    this.#failed = { late: 0, refused: 0 };
    this.#pace = signInPace(this.#failed, this.#random.unit());
    this.#beganMs = undefined;
    this.#tookMs = 0;
  }

  refused(): void {
    this.#failed = { ...this.#failed, refused: this.#failed.refused + 1 };
  }

  /** The next one, the same until it has begun. `afterMs` is counted from the beginning of the last one. */
  next(): { readonly timeoutMs: number; readonly afterMs: number } {
    if (this.#beganMs !== undefined) {
      this.#tookMs = this.#clock.monotonicMs() - this.#beganMs;
      this.#beganMs = undefined;
      const isLate = this.#tookMs >= this.#pace.timeoutMs * LATE_SHARE;
      this.#failed = { ...this.#failed, late: isLate ? this.#failed.late + 1 : 0 };
      this.#pace = signInPace(this.#failed, this.#random.unit());
    }
    return { timeoutMs: this.#pace.timeoutMs, afterMs: this.#tookMs + this.#pace.waitMs };
  }
}
