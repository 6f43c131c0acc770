import type { ChaosBed } from "./bed.ts";

const LOOK_MS = 500;
const LAST_LINES = 3;

/** Starts parts again that ended though nobody told them to, as whoever runs processes in production does; until it is disposed of. */
export class Keeper implements Disposable {
  /** What they said last. */
  readonly fallen: string[] = [];
  readonly #bed: ChaosBed;
  readonly #note: (line: string) => void;
  readonly #looking: NodeJS.Timeout;

  constructor(bed: ChaosBed, note: (line: string) => void) {
    this.#bed = bed;
    this.#note = note;
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#looking);
  }

  #look(): void {
    for (const { name, process: part } of this.#bed.parts) {
      if (!part.hasFallen) continue;
      const said = part.log.split("\n").slice(-LAST_LINES).join(" ");
      part.start();
      this.fallen.push(`${name} ended by itself and was started again: ${said}`);
      this.#note(this.fallen.at(-1) ?? "");
    }
  }
}
