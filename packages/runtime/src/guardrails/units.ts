/**
 * The UTF-16 units of a text, to be changed one by one, and the way back. On machines that are little-endian, as all are that Node.js is built
 * for.
 */

/** Most texts have their units here, one after the other: memory outside of the heap is dear to get and to give back. */
const SHARED = new Uint16Array(32_768);
const BYTES = Buffer.alloc(SHARED.length);

/** The units of a text, with room for some more behind them. They hold until the next text is asked for. */
export function unitsOf(text: string, room = text.length): Uint16Array {
  const units = room <= SHARED.length ? SHARED : new Uint16Array(room);
  bytesOf(units).write(text, "utf16le");
  return units;
}

/** The text of the first units. */
export function textOf(units: Uint16Array, length: number): string {
  return length <= BYTES.length && isNarrow(units, length)
    ? BYTES.toString("latin1", 0, length)
    : bytesOf(units).toString("utf16le", 0, 2 * length);
}

/** Whether all of them fit into a byte; they are written into one each. What reads the text has less to read then. */
function isNarrow(units: Uint16Array, length: number): boolean {
  for (let at = 0; at < length; at++) {
    const unit = units[at] ?? 0;
    if (unit > 0xff) return false;
    BYTES[at] = unit;
  }
  return true;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint16Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
