/** A text in pieces that fit into a prompt: at headings and paragraphs where it can be, else between lines and words. Pure. */

/** One piece. */
export interface Piece {
  /** The last heading before it, without its marks. */
  readonly heading?: string | undefined;
  readonly text: string;
}

/** Splits a text, Markdown or plain, into pieces of at most `most` characters; nothing of it is lost but blank space. */
export function splitText(text: string, most: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let heading: string | undefined;
  let pending = "";
  const close = () => {
    if (pending.trim() !== "") pieces.push({ heading, text: pending.trim() });
    pending = "";
  };
  for (const paragraph of text.replaceAll("\r\n", "\n").split(/\n{2,}/)) {
    const title = /^#{1,6}\s+(.+)$/m.exec(paragraph.split("\n", 1)[0] ?? "")?.[1];
    if (title !== undefined) {
      close();
      heading = title.trim();
    }
    for (const part of partsOf(paragraph, most)) {
      if (pending.length + part.length + 2 > most) close();
      pending = pending === "" ? part : `${pending}\n\n${part}`;
    }
  }
  close();
  return pieces;
}

/** A paragraph in parts of at most `most` characters, cut at the last line or word before the limit. */
function partsOf(paragraph: string, most: number): readonly string[] {
  const parts: string[] = [];
  let rest = paragraph.trim();
  while (rest.length > most) {
    const head = rest.slice(0, most);
    const at = Math.max(head.lastIndexOf("\n"), head.lastIndexOf(" "));
    const cut = at > most / 2 ? at : most;
    parts.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  return rest === "" ? parts : [...parts, rest];
}
