/** Draws what made-up data is made of from a source of randomness. */
import type { Random } from "../random.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export class Draw {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A whole number, both ends included. */
  number(least: number, most: number): number {
    return least + Math.floor(this.#random.unit() * (most - least + 1));
  }

  /** One of a list that is not empty. */
  of<T>(list: readonly T[]): T {
    const one = list[this.number(0, list.length - 1)];
    if (one === undefined) throw new RangeError("nothing to draw from");
    return one;
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => this.number(0, 9)).join("");
  }

  letters(count: number): string {
    return Array.from({ length: count }, () => LETTERS[this.number(0, LETTERS.length - 1)]).join("");
  }

  hex(count: number): string {
    return Array.from({ length: count }, () => this.number(0, 15).toString(16)).join("");
  }

  /** A pattern with a digit for each `#`, one from 2 to 9 for each `!`, a capital letter for each `?`, a hexadecimal digit for each `*`. */
  pattern(pattern: string): string {
    return pattern.replace(/[#!?*]/g, (sign) => {
      if (sign === "#") return this.digits(1);
      if (sign === "!") return String(this.number(2, 9));
      return sign === "?" ? this.letters(1) : this.hex(1);
    });
  }
}
