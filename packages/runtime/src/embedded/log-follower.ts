/** Follows a file that grows and is now and then replaced by a new one: hands on each line once, over restarts as well. */
import { type FileHandle, open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { z } from "zod";

/** Where in which file a line begins. */
export interface LinePlace {
  readonly file: string;
  readonly offset: number;
}

/** Takes a line; what is thrown lets the follower come back to it. */
export type TakeLine = (line: string, place: LinePlace) => Promise<void> | void;

const Position = z.strictObject({ file: z.string(), offset: z.int().min(0) });

/** Read at once, bytes: what is longer waits for the next turn. */
const BLOCK = 256 * 1024;

export class LogFollower {
  readonly #path: string;
  readonly #positionPath: string;
  #open: { readonly handle: FileHandle; readonly file: string; offset: number } | undefined;
  #stored: z.infer<typeof Position> | undefined;

  /** The position is kept beside the file. */
  constructor(path: string) {
    this.#path = path;
    this.#positionPath = `${path}.position`;
  }

  /** Hands on what has been added since the last time, whole lines only. Returns how many that were. */
  async read(take: TakeLine): Promise<number> {
    let lines = 0;
    for (;;) {
      const present = await fileOf(this.#path);
      this.#open ??= await this.#openFile();
      if (this.#open === undefined) return lines;
      const count = await this.#readBlock(this.#open, take);
      lines += count;
      if (count > 0) continue;
      // A file that was replaced is read to its end first.
      if (present === undefined || present === this.#open.file) return lines;
      await this.close();
    }
  }

  /** Keeps where the next read begins, also after a restart. */
  async keep(): Promise<void> {
    if (this.#open === undefined) return;
    const { file, offset } = this.#open;
    if (this.#stored?.file === file && this.#stored.offset === offset) return;
    this.#stored = { file, offset };
    await writeFile(`${this.#positionPath}.new`, JSON.stringify(this.#stored), { mode: 0o600 });
    await rename(`${this.#positionPath}.new`, this.#positionPath);
  }

  async close(): Promise<void> {
    const { handle } = this.#open ?? {};
    this.#open = undefined;
    await handle?.close();
  }

  async #openFile() {
    const handle = await open(this.#path).catch(() => undefined);
    if (handle === undefined) return undefined;
    const { ino, size } = await handle.stat();
    this.#stored ??= await readPosition(this.#positionPath);
    const file = String(ino);
    const isKnown = this.#stored?.file === file && this.#stored.offset <= size;
    return { handle, file, offset: isKnown ? (this.#stored?.offset ?? 0) : 0 };
  }

  async #readBlock(
    from: { readonly handle: FileHandle; readonly file: string; offset: number },
    take: TakeLine,
  ): Promise<number> {
    const { buffer, bytesRead } = await from.handle.read(Buffer.alloc(BLOCK), 0, BLOCK, from.offset);
    const block = buffer.subarray(0, bytesRead);
    let lines = 0;
    let begin = 0;
    for (let end = block.indexOf(0x0a); end >= 0; end = block.indexOf(0x0a, begin)) {
      const place = { file: from.file, offset: from.offset };
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that a line that fails is the next one again
      await take(block.toString("utf8", begin, end), place);
      from.offset += end + 1 - begin;
      begin = end + 1;
      lines++;
    }
    // A line longer than a block is none of the server's: skipped, so that it does not stand before all others.
    if (lines === 0 && bytesRead === BLOCK) {
      from.offset += BLOCK;
      return 1;
    }
    return lines;
  }
}

async function fileOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? undefined : String(found.ino);
}

async function readPosition(path: string): Promise<z.infer<typeof Position> | undefined> {
  try {
    return Position.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined; // none yet, or half a file: what was read before is then read again, under the same ids
  }
}
