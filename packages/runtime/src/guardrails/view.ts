/** A text as a detector reads it, with the way back: every unit of it knows the range of the original that it stands for. */
import { matches } from "./detector.ts";

/** A range of UTF-16 units: `start` belongs to it, `end` does not. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export class View {
  readonly text: string;
  readonly #source: View | undefined;
  readonly #edits: Edits | undefined;

  /** Without a source the text is the original itself, without edits every unit stands for the unit at its place. */
  constructor(text: string, source?: View, edits?: Edits) {
    this.text = text;
    this.#source = source;
    this.#edits = edits;
  }

  /** The range of the original behind a range of this text. */
  original({ start, end }: Span): Span {
    if (end <= start) return { start, end };
    return { start: this.#unit(start).start, end: this.#unit(end - 1).end };
  }

  #unit(index: number): Span {
    if (this.#source === undefined) return { start: index, end: index + 1 };
    return this.#edits === undefined ? this.#source.#unit(index) : this.#source.original(this.#edits.behind(index));
  }

  /** Another text of the same length, unit for unit. */
  withText(text: string): View {
    return new View(text, this);
  }

  /** A whole other text that stands for one range of this one: what a decoder made of it. */
  decoded(text: string, from: Span): View {
    const edits = new Edits();
    edits.add(0, text.length, from.start, from.end);
    return new View(text, this, edits);
  }

  /** The same view with each match of a global pattern replaced; the view itself where that changes nothing. */
  replaced(pattern: RegExp, replace: (match: string) => string): View {
    return this.rewritten(matches(this.text, pattern), replace);
  }

  /** The same view with some ranges of it, which are in order, written anew; the view itself where that changes nothing. */
  rewritten(spans: readonly Span[], write: (part: string) => string): View {
    const edits = new Edits();
    let text = "";
    let taken = 0;
    for (const { start, end } of spans) {
      const before = this.text.slice(start, end);
      const written = write(before);
      if (written === before) continue;
      text += this.text.slice(taken, start);
      taken = end;
      edits.add(text.length, written.length, start, taken);
      text += written;
    }
    return taken === 0 ? this : new View(text + this.text.slice(taken), this, edits);
  }
}

/** Numbers that are kept of an edit. */
const SIZE = 4;

/** Which ranges of a text were written anew to make another one of it, in their order; what lies between them was taken over. */
export class Edits {
  /** Of each edit: its begin and end in the new text, and in the old one. One list, since a text may have one a letter. */
  readonly #places: number[] = [];

  get isEmpty(): boolean {
    return this.#places.length === 0;
  }

  /** `length` units were written at a place of the new text for a range of the old one. */
  add(at: number, length: number, start: number, end: number): void {
    this.#places.push(at, at + length, start, end);
  }

  /** The range of the old text behind a unit of the new one. */
  behind(index: number): Span {
    const places = this.#places;
    // The last edit that begins at or before the unit.
    let low = -1;
    let high = places.length / SIZE;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((places[middle * SIZE] ?? 0) <= index) low = middle;
      else high = middle;
    }
    if (low < 0) return { start: index, end: index + 1 };
    const [, writtenEnd = 0, start = 0, end = 0] = places.slice(low * SIZE, (low + 1) * SIZE);
    if (index < writtenEnd) return { start, end };
    const unit = end + index - writtenEnd;
    return { start: unit, end: unit + 1 };
  }
}
