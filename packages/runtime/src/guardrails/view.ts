/** A text as a detector reads it, with the way back: every unit of it knows the range of the original that it stands for. */

/** A range of UTF-16 units: `start` belongs to it, `end` does not. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export class View {
  readonly text: string;
  readonly #starts: readonly number[] | undefined;
  readonly #ends: readonly number[] | undefined;

  /** Without ranges the text is the original itself. */
  constructor(text: string, starts?: readonly number[], ends?: readonly number[]) {
    this.text = text;
    this.#starts = starts;
    this.#ends = ends;
  }

  /** The range of the original behind a range of this text. */
  original({ start, end }: Span): Span {
    return end <= start ? { start, end } : { start: this.startOf(start), end: this.endOf(end - 1) };
  }

  /** Where the unit of the original begins that a unit of this text stands for, and where it ends. */
  startOf(index: number): number {
    return this.#starts?.[index] ?? index;
  }
  endOf(index: number): number {
    return this.#ends?.[index] ?? index + 1;
  }

  /** Another text of the same length, unit for unit. */
  withText(text: string): View {
    return new View(text, this.#starts, this.#ends);
  }

  /** A whole other text that stands for one range of this one: what a decoder made of it. */
  decoded(text: string, at: Span): View {
    const { start, end } = this.original(at);
    const every = (place: number) => Array.from({ length: text.length }, () => place);
    return new View(text, every(start), every(end));
  }

  /** The same view with each match of a global pattern replaced; the view itself where nothing matches. */
  replaced(pattern: RegExp, replace: (match: string) => string): View {
    const builder = new ViewBuilder(this);
    let at = 0;
    for (const match of this.text.matchAll(pattern)) {
      builder.keep(at, match.index);
      at = match.index + match[0].length;
      builder.put(replace(match[0]), { start: match.index, end: at });
    }
    if (at === 0) return this;
    builder.keep(at, this.text.length);
    return builder.build();
  }
}

/** Puts a view together from parts of another one. */
export class ViewBuilder {
  readonly #from: View;
  readonly #parts: string[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(from: View) {
    this.#from = from;
  }

  /** Takes over a range as it is. */
  keep(start: number, end: number): void {
    if (end <= start) return;
    this.#parts.push(this.#from.text.slice(start, end));
    for (let index = start; index < end; index++) {
      this.#starts.push(this.#from.startOf(index));
      this.#ends.push(this.#from.endOf(index));
    }
  }

  /** Writes `text` for a range. */
  put(text: string, at: Span): void {
    const span = this.#from.original(at);
    this.#parts.push(text);
    for (let index = 0; index < text.length; index++) {
      this.#starts.push(span.start);
      this.#ends.push(span.end);
    }
  }

  build(): View {
    return new View(this.#parts.join(""), this.#starts, this.#ends);
  }
}
