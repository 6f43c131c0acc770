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

/** Parses an acknowledgement subject; `undefined` for anything else. Runs once a delivery, so it makes no tokens but the two names. */
export function parseAckSubject(subject: string): AckSubject | undefined {
  if (!subject.startsWith(PREFIX)) return undefined;
  const dots = dotsIn(subject);
  if (dots !== SHORT_DOTS && dots < LEAST_LONG_DOTS) return undefined;
  const text = new Tokens(subject, PREFIX.length);
  if (dots !== SHORT_DOTS) {
    text.name();
    text.name();
  }
  const stream = text.name();
  const durable = text.name();
  const deliveries = text.count();
  const streamSequence = text.count();
  const consumerSequence = text.count();
  const storedAtMs = text.count(NANO_DIGITS);
  const pending = text.count();
  // One that is no count makes the sum none.
  const isWhole = Number.isSafeInteger(deliveries + streamSequence + consumerSequence + storedAtMs + pending);
  if (stream === "" || durable === "" || !isWhole) return undefined;
  return { stream, durable, deliveries, streamSequence, consumerSequence, storedAtMs, pending };
}

const PREFIX = "$JS.ACK.";
const SHORT_DOTS = 8;
const LEAST_LONG_DOTS = 10;
/** Digits of a time in nanoseconds behind its milliseconds. */
const NANO_DIGITS = 6;
const DOT = 0x2e;
const ZERO = 0x30;

function dotsIn(subject: string): number {
  let dots = 0;
  for (let at = 0; at < subject.length; at++) if (subject.charCodeAt(at) === DOT) dots++;
  return dots;
}

/** Reads a subject token by token. */
class Tokens {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  name(): string {
    const from = this.#at;
    const to = this.#text.indexOf(".", from);
    this.#at = to + 1;
    return this.#text.slice(from, to);
  }

  /** A number without its last `ignored` digits; `NaN` for anything else than digits, or none. */
  count(ignored = 0): number {
    const dot = this.#text.indexOf(".", this.#at);
    const end = dot < 0 ? this.#text.length : dot;
    let value = end > this.#at ? 0 : Number.NaN;
    for (let at = this.#at; at < end - ignored; at++) {
      const digit = this.#text.charCodeAt(at) - ZERO;
      value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN;
    }
    this.#at = end + 1;
    return value;
  }
}

/** Subject on which anybody with the right may give one pending delivery back (`-NAK`), from what the consumer and the log say of it. */
export const handBackSubject = (
  stream: string,
  durable: string,
  streamSequence: number,
  consumerSequence: number,
): string => `$JS.ACK.${stream}.${durable}.1.${streamSequence}.${consumerSequence}.1.0`;
