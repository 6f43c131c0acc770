import { randomBytes } from "node:crypto";

/** Source of randomness: jitter, ids, nonces. A parameter everywhere, so that tests can seed it. */
export interface Random {
  /** Uniform in [0, 1). */
  unit(): number;
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array;
}

/** Ids and nonces take a few bytes at a time, and a call for them costs as much as one for thousands. */
const POOL_BYTES = 4_096;
let pool = new Uint8Array();

function pooledBytes(count: number): Uint8Array {
  if (count > POOL_BYTES / 16) return randomBytes(count);
  if (pool.length < count) pool = randomBytes(POOL_BYTES);
  const bytes = Uint8Array.from(pool.subarray(0, count));
  pool = pool.subarray(count);
  return bytes;
}

/** The machine's randomness. */
export const systemRandom: Random = {
  unit: () => Math.random(),
  bytes: pooledBytes,
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
