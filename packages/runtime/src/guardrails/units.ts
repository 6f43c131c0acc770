/** The UTF-16 units of a text, to be changed one by one, and the way back. On machines that are little-endian, as all are that Node.js is built for. */

export function unitsOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  bytesOf(units).write(text, "utf16le");
  return units;
}

/** The text of the first units. */
export const textOf = (units: Uint16Array, length = units.length): string =>
  bytesOf(units).toString("utf16le", 0, 2 * length);

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint16Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
