/** Values by texts, looked up letter by letter along another text: a few flat lists, so that a step costs a glance at neighbouring memory. */

/** What stands for no node. */
export const NOWHERE = 0;

/** All that may come third. */
const ANY = 0xff_ff_ff_ff;

/** A number of two units. */
const placeOf = (first: number, second: number): number => ((first & 127) << 5) | (second & 31);

export class LetterTrie<T> {
  /** By unit, the node of the texts that begin with it. */
  readonly #beginnings = new Uint32Array(0x1_00_00);
  /** By node, its first child; those of one node stand side by side, and before those of the next. */
  readonly #children: Uint32Array;
  /** By node, the unit that leads to it. */
  readonly #letters: Uint16Array;
  readonly #values: readonly (T | undefined)[];
  /** By the last bits of two units, which units may come third: small enough to stay at hand, and most words end here. */
  readonly #thirds = new Uint32Array(128 * 32);

  /** None of the texts is empty. */
  constructor(entries: ReadonlyMap<string, T>) {
    const texts = [...entries.keys()].toSorted();
    // Nodes in the order of their depth: each is a range of the texts, which agree up to there.
    const nodes: Node[] = [{ from: 0, to: texts.length, depth: 0, letter: 0 }];
    const children: number[] = [];
    for (let index = 0; index < nodes.length; index++) {
      children.push(nodes.length);
      const node = nodes[index];
      if (node !== undefined) nodes.push(...longer(texts, node));
    }
    this.#children = Uint32Array.from([...children, nodes.length]);
    this.#letters = Uint16Array.from(nodes, ({ letter }) => letter);
    this.#values = nodes.map(({ from, depth }) => {
      const text = texts[from] ?? "";
      return text.length === depth ? entries.get(text) : undefined;
    });
    for (let node = 1; node < (children[1] ?? 0); node++) this.#beginnings[this.#letters[node] ?? 0] = node;
    for (const text of texts) {
      const place = placeOf(text.charCodeAt(0), text.charCodeAt(1));
      // What is shorter than three units may go on with whatever there is.
      if (text.length === 1) this.#thirds.fill(ANY, place & ~31, (place & ~31) + 32);
      else
        this.#thirds[place] = (this.#thirds[place] ?? 0) | (text.length === 2 ? ANY : 1 << (text.charCodeAt(2) & 31));
    }
  }

  /** `false` where none of the texts begins with three units, or with as many of them as it has; a number that is no unit stands for the end. */
  mayBegin(first: number, second: number, third: number): boolean {
    return ((this.#thirds[placeOf(first, second)] ?? 0) & (1 << (third & 31))) !== 0;
  }

  /** The node of the texts that begin with a unit, or {@link NOWHERE}. */
  begin(code: number): number {
    return this.#beginnings[code] ?? NOWHERE;
  }

  /** Where a unit leads from a node, or {@link NOWHERE}. */
  next(node: number, code: number): number {
    const end = this.#children[node + 1] ?? 0;
    let child = this.#children[node] ?? 0;
    // They are in order.
    while (child < end && (this.#letters[child] ?? 0) < code) child++;
    return child < end && this.#letters[child] === code ? child : NOWHERE;
  }

  /** The value of the text that ends at a node. */
  valueAt(node: number): T | undefined {
    return this.#values[node];
  }
}

interface Node {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  readonly letter: number;
}

/** The nodes that are one letter longer. */
function longer(texts: readonly string[], { from, to, depth }: Node): readonly Node[] {
  const nodes: Node[] = [];
  let at = from;
  while (at < to && texts[at]?.length === depth) at++;
  while (at < to) {
    const letter = texts[at]?.charCodeAt(depth) ?? 0;
    const start = at;
    while (at < to && texts[at]?.charCodeAt(depth) === letter) at++;
    nodes.push({ from: start, to: at, depth: depth + 1, letter });
  }
  return nodes;
}
