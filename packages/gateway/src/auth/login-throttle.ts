/** Failed attempts to sign in, by address and by key, over all gateways: after too many, those that fail are told to wait. */
import { type Clock, type Logger, messageOf } from "@troupe/runtime/internal";
import type { SharedCounts } from "../limits/shared-counts.ts";

interface Failures {
  readonly window: number;
  /** Over all gateways, as last heard, and ours since. */
  count: number;
  isTold: boolean;
}

interface ThrottlePorts {
  readonly counts: SharedCounts;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Failures of one address, or with one key, in five minutes; default 20. */
  readonly quota?: number | undefined;
}

const WINDOW_MS = 5 * 60_000;
const QUOTA = 20;
const LONGEST_MEMORY = 50_000;

/**
 * Counted when they fail, not before: signing in costs no round trip. A gateway learns of another's count with the first failure that it
 * sees itself. Nobody who holds a right key is kept out by others who guess at it, or who share its address: only what was wrong is counted,
 * and told to wait.
 */
export class LoginThrottle {
  readonly #ports: ThrottlePorts;
  readonly #failures = new Map<string, Failures>();

  constructor(ports: ThrottlePorts) {
    this.#ports = ports;
  }

  /** How long whoever fails at this address has to wait; 0 = not at all. */
  retryAfterMs(address: string): number {
    return this.#retryAfterMs(`address ${address}`);
  }

  /** Notes a failure; how long whoever fails has to wait before the next attempt is worth making, 0 = not at all. */
  failed(address: string, key: string | undefined): number {
    const ofAddress = this.#count("login-address", `address ${address}`);
    this.#tellOperator(address, ofAddress);
    if (key !== undefined) this.#count("login-key", `key ${key}`);
    return Math.max(this.retryAfterMs(address), key === undefined ? 0 : this.#retryAfterMs(`key ${key}`));
  }

  #retryAfterMs(name: string): number {
    const { clock, quota = QUOTA } = this.#ports;
    const nowMs = clock.nowMs();
    const failures = this.#failures.get(name);
    if (!failures || failures.window !== windowAt(nowMs) || failures.count < quota) return 0;
    return (failures.window + 1) * WINDOW_MS - nowMs;
  }

  /** Many callers behind a proxy that nobody declared look like one that guesses. */
  #tellOperator(address: string, failures: Failures): void {
    const { logger, quota = QUOTA } = this.#ports;
    if (failures.isTold || failures.count < quota) return;
    failures.isTold = true;
    const hint = "if it is a proxy of yours, name it in TROUPE_TRUSTED_PROXIES, and its callers are told apart";
    logger.warn({ address, failures: failures.count, hint }, "too many failed attempts to sign in from one address");
  }

  #count(limit: string, name: string): Failures {
    const { clock } = this.#ports;
    const failures = this.#failuresOf(name, windowAt(clock.nowMs()));
    failures.count++;
    void this.#share(limit, name, failures);
    return failures;
  }

  async #share(limit: string, name: string, failures: Failures): Promise<void> {
    const { counts, logger } = this.#ports;
    try {
      const total = await counts.add(limit, name, failures.window, 1);
      failures.count = Math.max(failures.count, total);
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, "failed attempts to sign in are counted by this gateway alone");
    }
  }

  #failuresOf(name: string, window: number): Failures {
    const known = this.#failures.get(name);
    if (known?.window === window) return known;
    const fresh = { window, count: 0, isTold: false };
    this.#failures.delete(name);
    this.#failures.set(name, fresh);
    if (this.#failures.size > LONGEST_MEMORY) {
      const [oldest] = this.#failures.keys();
      if (oldest !== undefined) this.#failures.delete(oldest);
    }
    return fresh;
  }
}

const windowAt = (nowMs: number): number => Math.floor(nowMs / WINDOW_MS);
