import { randomBytes } from "node:crypto";

/** Source of randomness: jitter, ids, nonces. A parameter everywhere, so that tests can seed it. */
export interface Random {
  /** Uniform in [0, 1). */
  unit(): number;
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array;
}

/** The machine's randomness. */
export const systemRandom: Random = {
  unit: () => Math.random(),
  bytes: (count) => randomBytes(count),
};

/** A reproducible source (mulberry32) for tests and simulations; never for ids that must be unguessable. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0 || 1;
  const unit = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { unit, bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(unit() * 256)) };
}
