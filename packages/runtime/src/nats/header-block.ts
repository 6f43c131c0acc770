import { MsgHdrsImpl } from "@nats-io/transport-node";
import { TroupeError } from "../errors.ts";

const BREAKS_A_LINE = /[\r\n]/;

/** Headers of one message, by name, in the order in which they are written. */
export type HeaderFields = Readonly<Record<string, string>>;

/**
 * The headers of one publish, written as text at once. The library's own object costs several times as much per message, which is the
 * hot path of every hop; only `encode` is used of it by a publish.
 */
export class HeaderBlock extends MsgHdrsImpl {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = bytes;
  }

  override encode(): Uint8Array {
    return this.#bytes;
  }
}

/** Writes headers as they go over the wire. Throws `invariant_violated` for a value that would break its line. */
export function headerBlock(fields: HeaderFields): HeaderBlock {
  let text = "NATS/1.0\r\n";
  for (const name in fields) {
    const value = fields[name] ?? "";
    if (BREAKS_A_LINE.test(value)) {
      throw new TroupeError("invariant_violated", `header ${name} holds a line break`);
    }
    text += `${name}: ${value}\r\n`;
  }
  return new HeaderBlock(Buffer.from(`${text}\r\n`));
}
