import { MsgImpl } from "@nats-io/nats-core/internal";
import type { Msg } from "@nats-io/transport-node";

/**
 * The headers of a received message as they came over the wire; `undefined` when it has none. For the hot path: the library makes objects
 * of them, which costs more than everything else of a delivery.
 */
export function headerTextOf(message: Msg): string | undefined {
  if (!(message instanceof MsgImpl)) return undefined;
  // oxlint-disable-next-line no-underscore-dangle -- fields of the pinned library, which shows them in no other way
  const { _msg: place, _rdata: bytes } = message;
  return place.hdr > 0 ? Buffer.from(bytes.buffer, bytes.byteOffset, place.hdr).toString() : undefined;
}

/** The value of a header that a received message carries exactly once; `undefined` when it is missing or there are several. */
export function onlyHeaderOf(message: Msg, name: string): string | undefined {
  const text = headerTextOf(message);
  if (text === undefined) return undefined;
  const line = `\r\n${name}:`;
  const at = text.indexOf(line);
  if (at < 0 || text.includes(line, at + line.length)) return undefined;
  const from = at + line.length;
  return text.slice(from, text.indexOf("\r\n", from)).trim();
}
