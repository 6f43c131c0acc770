/**
 * Limits that all gateways share without asking for every request: a gateway takes slices of a quota from the shared counter, ahead of
 * need, and serves from them. All gateways together never let more in than the quota, but for one request each at the start of a window.
 */
import { type Clock, type Logger, messageOf } from "@troupe/runtime/internal";
import type { SharedCounts } from "./shared-counts.ts";
import { sliceSize } from "./slice-size.ts";

/** So many requests in a window of time. */
export interface Limit {
  /** One token of `a-z` and `-`; part of the counter's name. */
  readonly name: string;
  readonly quota: number;
  readonly windowMs: number;
}

export interface LimitVerdict {
  readonly limit: Limit;
  readonly isAllowed: boolean;
  /** Requests left in this window, as far as this gateway knows. */
  readonly remaining: number;
  /** Until the window ends. */
  readonly resetMs: number;
}

export interface RateLimiterPorts {
  readonly counts: SharedCounts;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Most keys that are remembered; the oldest is forgotten first. Default 50,000. */
  readonly longestMemory?: number;
}

/** What this gateway knows of one key in one window. */
interface Account {
  readonly window: number;
  /** Taken from the quota and not used yet. */
  slice: number;
  /** Taken from the quota by all gateways, as last heard. */
  taken: number;
  hasAsked: boolean;
  isSpent: boolean;
  asking: Promise<void> | undefined;
}

const LONGEST_MEMORY = 50_000;

export class RateLimiter {
  readonly #ports: RateLimiterPorts;
  readonly #accounts = new Map<string, Account>();

  constructor(ports: RateLimiterPorts) {
    this.#ports = ports;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#accounts.size;
  }

  /** Takes one request from a key's quota. Answers at once, except when a burst has outrun its slice: then after one round trip. */
  take(limit: Limit, key: string): LimitVerdict | Promise<LimitVerdict> {
    const account = this.#account(limit, key);
    if (account.slice > 0) return this.#allow(limit, key, account);
    if (account.isSpent) return this.#verdict(limit, account, false);
    if (!account.hasAsked) {
      // The first of a window is let in on credit: nobody waits for the counter before it is known to matter.
      void this.#ask(limit, key, account, 1);
      const verdict = this.#verdict(limit, account, true);
      return { ...verdict, remaining: verdict.remaining - 1 };
    }
    return this.#takeLater(limit, key, account);
  }

  async #takeLater(limit: Limit, key: string, account: Account): Promise<LimitVerdict> {
    // Each round either brings a slice or finds the quota spent, so this ends.
    while (account.slice === 0 && !account.isSpent) await (account.asking ?? this.#ask(limit, key, account, 0));
    return account.slice > 0 ? this.#allow(limit, key, account) : this.#verdict(limit, account, false);
  }

  #allow(limit: Limit, key: string, account: Account): LimitVerdict {
    account.slice--;
    const isLow = account.slice * 2 <= sliceSize(limit.quota, account.taken);
    if (isLow && !account.isSpent && !account.asking) void this.#ask(limit, key, account, 0);
    return this.#verdict(limit, account, true);
  }

  /** Takes another slice, and what was let in on credit. */
  #ask(limit: Limit, key: string, account: Account, credit: number): Promise<void> {
    account.hasAsked = true;
    account.asking = this.#refill(limit, key, account, credit);
    return account.asking;
  }

  async #refill(limit: Limit, key: string, account: Account, credit: number): Promise<void> {
    const wanted = sliceSize(limit.quota, account.taken) + credit;
    const total = await this.#add(limit, key, account, wanted);
    const granted = Math.min(wanted, Math.max(0, limit.quota - (total - wanted)));
    account.taken = Math.max(account.taken, Math.min(total, limit.quota));
    account.slice += Math.max(0, granted - credit);
    account.isSpent = account.taken >= limit.quota;
    account.asking = undefined;
  }

  /** Never throws: without the counter each gateway counts for itself. */
  async #add(limit: Limit, key: string, account: Account, amount: number): Promise<number> {
    try {
      return await this.#ports.counts.add(limit.name, key, account.window, amount);
    } catch (error) {
      this.#ports.logger.warn(
        { limit: limit.name, reason: messageOf(error) },
        "a limit is counted by this gateway alone",
      );
      return account.taken + amount;
    }
  }

  #verdict(limit: Limit, account: Account, isAllowed: boolean): LimitVerdict {
    const remaining = Math.max(0, limit.quota - account.taken) + account.slice;
    const resetMs = (account.window + 1) * limit.windowMs - this.#ports.clock.nowMs();
    return { limit, isAllowed, remaining: isAllowed ? remaining : 0, resetMs: Math.max(0, resetMs) };
  }

  #account(limit: Limit, key: string): Account {
    const window = Math.floor(this.#ports.clock.nowMs() / limit.windowMs);
    const name = `${limit.name} ${key}`;
    const known = this.#accounts.get(name);
    if (known?.window === window) return known;
    const fresh = { window, slice: 0, taken: 0, hasAsked: false, isSpent: false, asking: undefined };
    this.#accounts.delete(name);
    this.#accounts.set(name, fresh);
    const { longestMemory = LONGEST_MEMORY } = this.#ports;
    if (this.#accounts.size > longestMemory) {
      const [oldest] = this.#accounts.keys();
      if (oldest !== undefined) this.#accounts.delete(oldest);
    }
    return fresh;
  }
}
