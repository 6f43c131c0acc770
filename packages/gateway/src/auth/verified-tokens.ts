import { createHash } from "node:crypto";
import type { Clock } from "@troupe/runtime/internal";
import type { Principal } from "./principal.ts";

interface Verified {
  readonly principal: Principal;
  readonly untilMs: number;
}

/** A key that its issuer withdraws is trusted for no longer than this. */
const LONGEST_MS = 60_000;
const MOST = 10_000;

/**
 * Bearers of tokens that were verified a moment ago: clients send the same token with every request, and a signature costs more than the rest.
 * Only good tokens are kept, by the hash of the whole token, and none beyond its own end.
 */
export class VerifiedTokens {
  readonly #clock: Clock;
  readonly #verified = new Map<string, Verified>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#verified.size;
  }

  find(token: string): Principal | undefined {
    const name = nameOf(token);
    const known = this.#verified.get(name);
    if (known && known.untilMs > this.#clock.nowMs()) return known.principal;
    this.#verified.delete(name);
    return undefined;
  }

  keep(token: string, principal: Principal): void {
    const untilMs = Math.min(this.#clock.nowMs() + LONGEST_MS, principal.expiresAtMs ?? 0);
    this.#verified.set(nameOf(token), { principal, untilMs });
    if (this.#verified.size <= MOST) return;
    const [oldest] = this.#verified.keys();
    if (oldest !== undefined) this.#verified.delete(oldest);
  }
}

const nameOf = (token: string): string => createHash("sha256").update(token).digest("base64");
