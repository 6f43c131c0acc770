/** Characters of one message: even where each is escaped, it stays below what every server carries (1 MiB). */
const MOST_CHARACTERS = 128 * 1024;

/** The text in pieces that fit into a message each; nothing for no text. A character of two code units is not cut. Pure. */
export function textPieces(text: string, most = MOST_CHARACTERS): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = Math.min(text.length, at + most);
    const isCut = end < text.length && isHighSurrogate(text.charCodeAt(end - 1));
    const next = isCut ? end - 1 : end;
    pieces.push(text.slice(at, next));
    at = next;
  }
  return pieces;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
