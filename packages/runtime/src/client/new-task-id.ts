import type { Clock } from "../clock.ts";
import { formatTaskId, type TaskId, type Version } from "../ids.ts";
import type { Random } from "../random.ts";

/** A fresh task id: a UUIDv7, so ids sort by time and 74 bits of each cannot be guessed. */
export function newTaskId(shard: number, version: Version, clock: Clock, random: Random): TaskId {
  const bytes = Uint8Array.from(random.bytes(16));
  const view = new DataView(bytes.buffer);
  const nowMs = clock.nowMs();
  view.setUint32(0, Math.floor(nowMs / 65_536));
  view.setUint16(4, nowMs % 65_536);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  return formatTaskId(shard, version, bytes);
}
