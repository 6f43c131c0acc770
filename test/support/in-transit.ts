interface Waiting {
  readonly chunk: Buffer;
  readonly atMs: number;
}

/** What is on its way in one direction of a connection, each piece for a while of its own; none overtakes another one. */
export class InTransit {
  readonly #arrive: (chunk: Buffer) => void;
  readonly #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(arrive: (chunk: Buffer) => void) {
    this.#arrive = arrive;
  }

  /** Arrives after so long, and not before what was sent earlier; `Infinity` = when it is released. */
  send(chunk: Buffer, afterMs: number): void {
    const last = this.#waiting.at(-1);
    if (afterMs === 0 && last === undefined) return this.#arrive(chunk);
    this.#waiting.push({ chunk, atMs: Math.max(performance.now() + afterMs, last?.atMs ?? 0) });
    this.#wait();
  }

  /** Everything arrives now. */
  release(): void {
    this.drop((chunk) => this.#arrive(chunk));
  }

  /** Nothing of it arrives any more, but goes to `to`. */
  drop(to: (chunk: Buffer) => void = () => undefined): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { chunk } of this.#waiting.splice(0)) to(chunk);
  }

  #wait(): void {
    const [first] = this.#waiting;
    if (this.#timer !== undefined || first === undefined || first.atMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#deliver(), Math.max(0, first.atMs - performance.now()));
  }

  #deliver(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    const due = this.#waiting.findIndex(({ atMs }) => atMs > nowMs);
    for (const { chunk } of this.#waiting.splice(0, due < 0 ? this.#waiting.length : due)) this.#arrive(chunk);
    this.#wait();
  }
}
