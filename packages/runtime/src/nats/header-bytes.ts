import { MsgImpl } from "@nats-io/nats-core/internal";
import type { Msg } from "@nats-io/transport-node";

/**
 * The headers of a received message as they came over the wire; `undefined` when it has none. For the hot path: the library makes objects
 * of them, which costs more than everything else of a delivery.
 */
export function headerBytesOf(message: Msg): Uint8Array | undefined {
  if (!(message instanceof MsgImpl)) return undefined;
  // oxlint-disable-next-line no-underscore-dangle -- fields of the pinned library, which shows them in no other way
  const { _msg: place, _rdata: bytes } = message;
  return place.hdr > 0 ? bytes.subarray(0, place.hdr) : undefined;
}
