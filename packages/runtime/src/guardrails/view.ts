/** A text as a detector reads it, with the way back: every unit of it knows the range of the original that it stands for. */

/** A range of UTF-16 units: `start` belongs to it, `end` does not. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a part of a view comes from: units of another view taken over one by one, or written for a range of it. */
interface Part {
  /** Where it begins in the view. */
  readonly at: number;
  readonly from: Span;
  readonly isKept: boolean;
}

export class View {
  readonly text: string;
  readonly #source: View | undefined;
  readonly #parts: readonly Part[];

  /** Without a source the text is the original itself. */
  constructor(text: string, source?: View, parts: readonly Part[] = []) {
    this.text = text;
    this.#source = source;
    this.#parts = parts;
  }

  /** The range of the original behind a range of this text. */
  original({ start, end }: Span): Span {
    if (end <= start) return { start, end };
    return { start: this.#unit(start).start, end: this.#unit(end - 1).end };
  }

  #unit(index: number): Span {
    if (this.#source === undefined) return { start: index, end: index + 1 };
    const part = this.#partAt(index);
    if (part === undefined) return this.#source.#unit(index);
    return part.isKept ? this.#source.#unit(part.from.start + index - part.at) : this.#source.original(part.from);
  }

  /** The last part that begins at or before a unit. */
  #partAt(index: number): Part | undefined {
    let low = 0;
    let high = this.#parts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#parts[middle]?.at ?? 0) <= index) low = middle;
      else high = middle;
    }
    return this.#parts[low];
  }

  /** Another text of the same length, unit for unit. */
  withText(text: string): View {
    return new View(text, this);
  }

  /** A whole other text that stands for one range of this one: what a decoder made of it. */
  decoded(text: string, from: Span): View {
    return new View(text, this, [{ at: 0, from, isKept: false }]);
  }

  /** The same view with each match of a global pattern replaced; the view itself where nothing matches. */
  replaced(pattern: RegExp, replace: (match: string) => string): View {
    const builder = new ViewBuilder(this);
    for (const match of this.text.matchAll(pattern)) {
      builder.put(replace(match[0]), { start: match.index, end: match.index + match[0].length });
    }
    return builder.build();
  }
}

/** Puts a view together from another one with some ranges written anew, in their order. */
export class ViewBuilder {
  readonly #from: View;
  readonly #texts: string[] = [];
  readonly #parts: Part[] = [];
  #length = 0;
  #taken = 0;

  constructor(from: View) {
    this.#from = from;
  }

  /** Writes `text` for a range. What lies before it is taken over as it is. */
  put(text: string, range: Span): void {
    this.#keepUpTo(range.start);
    this.#append(text, range, false);
    this.#taken = range.end;
  }

  /** The view itself where nothing was written. */
  build(): View {
    if (this.#taken === 0) return this.#from;
    this.#keepUpTo(this.#from.text.length);
    return new View(this.#texts.join(""), this.#from, this.#parts);
  }

  #keepUpTo(end: number): void {
    const start = this.#taken;
    if (end > start) this.#append(this.#from.text.slice(start, end), { start, end }, true);
  }

  #append(text: string, from: Span, isKept: boolean): void {
    if (text === "") return;
    this.#texts.push(text);
    this.#parts.push({ at: this.#length, from, isKept });
    this.#length += text.length;
  }
}
