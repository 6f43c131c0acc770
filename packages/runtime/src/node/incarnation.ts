import type { Clock } from "../clock.ts";
import { base32 } from "../ids.ts";
import type { Random } from "../random.ts";

/** Names one life of a node: 26 base32 characters, later lives sort after earlier ones. */
export function newIncarnation(clock: Clock, random: Random): string {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(Math.floor(clock.nowMs())) << 16n);
  bytes.set(random.bytes(10), 6);
  return base32(bytes);
}
