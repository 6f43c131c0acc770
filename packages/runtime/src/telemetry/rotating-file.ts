import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "../errors.ts";

export interface RotatingFileOptions {
  /** A file that would become larger is put aside first. Default 10 MiB. */
  readonly maxBytes?: number;
  /** Files that are kept aside: `<path>.1`, the newest, to `<path>.<n>`. Default 4: five with the one that is written. */
  readonly keep?: number;
  /** Told once for each outage: a log that cannot be written must not end the process. */
  readonly onProblem?: (reason: string) => void;
}

const MAX_BYTES = 10 * 1024 * 1024;
const KEEP = 4;

/**
 * A file of lines that is rotated by size. Each line is written before `write` returns: the last ones before a crash are the ones that
 * matter. For one process alone. Throws when the file cannot be opened at first; later problems are told, and the lines lost.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #options: Required<Omit<RotatingFileOptions, "onProblem">>;
  readonly #onProblem: (reason: string) => void;
  #file: number;
  #bytes: number;
  #hasProblem = false;
  #isClosed = false;

  constructor(
    path: string,
    { maxBytes = MAX_BYTES, keep = KEEP, onProblem = () => undefined }: RotatingFileOptions = {},
  ) {
    this.#path = path;
    this.#options = { maxBytes, keep };
    this.#onProblem = onProblem;
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, "a", 0o600);
    this.#bytes = fstatSync(this.#file).size;
  }

  write(line: string): void {
    // Its number may be another file's by now.
    if (this.#isClosed) return;
    try {
      const bytes = Buffer.byteLength(line);
      if (this.#bytes > 0 && this.#bytes + bytes > this.#options.maxBytes) this.#rotate();
      writeSync(this.#file, line);
      this.#bytes += bytes;
      this.#hasProblem = false;
    } catch (error) {
      if (!this.#hasProblem) this.#onProblem(`${this.#path} cannot be written: ${messageOf(error)}`);
      this.#hasProblem = true;
    }
  }

  close(): void {
    this.#isClosed = true;
    closeSync(this.#file);
  }

  #rotate(): void {
    const { keep } = this.#options;
    for (let number = keep; number >= 1; number--) {
      const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
      moveIfThere(from, `${this.#path}.${number}`);
    }
    const next = openSync(this.#path, keep === 0 ? "w" : "a", 0o600);
    closeSync(this.#file);
    this.#file = next;
    this.#bytes = fstatSync(next).size;
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}
