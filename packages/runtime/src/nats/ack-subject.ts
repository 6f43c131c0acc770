/** What a delivery's acknowledgement subject says (`$JS.ACK.…`, 9 tokens, or from version 2 on 11 and more). */
export interface AckSubject {
  readonly stream: string;
  readonly durable: string;
  /** How often it has been delivered; 1 = first. A hint: the count restarts with a server. */
  readonly deliveries: number;
  readonly streamSequence: number;
  readonly consumerSequence: number;
  /** Wall time of the server when it was stored, ms. */
  readonly storedAtMs: number;
  /** Messages waiting behind it. */
  readonly pending: number;
}

/** Parses an acknowledgement subject; `undefined` for anything else. */
export function parseAckSubject(subject: string): AckSubject | undefined {
  if (!subject.startsWith("$JS.ACK.")) return undefined;
  const tokens = subject.split(".");
  if (tokens.length !== 9 && tokens.length < 11) return undefined;
  const at = tokens.length === 9 ? 2 : 4;
  const [stream, durable, ...counts] = tokens.slice(at, at + 7);
  const [deliveries, streamSequence, consumerSequence, storedNs, pending] = counts.map(Number);
  if (
    !stream ||
    !durable ||
    !isCount(deliveries) ||
    !isCount(streamSequence) ||
    !isCount(consumerSequence) ||
    storedNs === undefined ||
    !isCount(pending)
  ) {
    return undefined;
  }
  const storedAtMs = Number.isFinite(storedNs) ? Math.floor(storedNs / 1e6) : 0;
  return { stream, durable, deliveries, streamSequence, consumerSequence, storedAtMs, pending };
}

const isCount = (value: number | undefined): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** Subject on which anybody with the right may give one pending delivery back (`-NAK`), from what the consumer and the log say of it. */
export const handBackSubject = (
  stream: string,
  durable: string,
  streamSequence: number,
  consumerSequence: number,
): string => `$JS.ACK.${stream}.${durable}.1.${streamSequence}.${consumerSequence}.1.0`;
