/** Clocks of processes that can be set, by libfaketime, which stands between a process and the machine's clock. */
import { access, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where distributions put it, for programs with several threads. */
const PLACES = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/faketime/libfaketimeMT.so.1",
  "/usr/lib64/faketime/libfaketimeMT.so.1",
];
/** How often a process looks how its clock is set, s. */
const LOOKS_S = "1";

/** The library on this machine: where TROUPE_FAKETIME says, or where distributions put it; `undefined` when it is not there. */
export async function findFaketime(said: string | undefined): Promise<string | undefined> {
  for (const place of said === undefined ? PLACES : [said]) {
    try {
      await access(place);
      return place;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** What is beside the true time on the clock of each part. */
export class Clocks implements AsyncDisposable {
  readonly #library: string;
  readonly #folder: string;

  private constructor(library: string, folder: string) {
    this.#library = library;
    this.#folder = folder;
  }

  static async open(library: string): Promise<Clocks> {
    return new Clocks(library, await mkdtemp(join(tmpdir(), "troupe-clocks-")));
  }

  /** Environment of a part whose clock is to be set; it begins with the true time. Monotonic time goes on as it does. */
  async environment(part: string): Promise<Readonly<Record<string, string>>> {
    await this.set(part, 0);
    return {
      LD_PRELOAD: this.#library,
      FAKETIME_TIMESTAMP_FILE: this.#file(part),
      FAKETIME_CACHE_DURATION: LOOKS_S,
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      FAKETIME_DONT_RESET: "1",
    };
  }

  /** Puts a part's clock so many seconds ahead (less than 0: back). It notices within a second or two. */
  async set(part: string, aheadS: number): Promise<void> {
    const file = this.#file(part);
    // Half a file would be no time: it is there at once or not at all.
    await writeFile(`${file}.new`, `${aheadS < 0 ? "-" : "+"}${Math.abs(aheadS)}s`);
    await rename(`${file}.new`, file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #file(part: string): string {
    return join(this.#folder, part);
  }
}
