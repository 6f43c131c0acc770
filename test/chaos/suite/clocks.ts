/** Clocks of processes that can be set, by libfaketime, which stands between a process and the machine's clock. */
import { access, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fault, Strike } from "./fault.ts";
import { type PartKind, victim } from "./process-faults.ts";

/** Where distributions put it, for programs with several threads. */
const PLACES = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/faketime/libfaketimeMT.so.1",
  "/usr/lib64/faketime/libfaketimeMT.so.1",
];
/** How often a process looks how its clock is set, s. */
const LOOKS_S = "1";
const HOUR_S = 3_600;
/** By so much a clock may be off and is still what it was set to. */
const ROUGHLY_MS = 60_000;

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

/** A part's clock is an hour ahead or back, or some seconds, and then right again. */
export const clockJumped = (kind: PartKind): Fault => ({
  name: `${kind}-clock-jumped`,
  struck: kind,
  holdMs: [4_000, 10_000],
  needs: "faketime",
  async strike(bed, random): Promise<Strike> {
    const part = await victim(bed, kind, random);
    const { clocks, reports } = bed;
    if (clocks === undefined) throw new Error("clocks cannot be set here");
    const aheadS = (random.unit() < 0.5 ? -1 : 1) * (random.unit() < 0.5 ? HOUR_S : 90);
    await clocks.set(part.name, aheadS);
    let offMs = 0;
    return {
      target: part.name,
      async heal() {
        offMs = (await reports.ask(part)).nowMs - Date.now();
        await clocks.set(part.name, 0);
      },
      unseen: () =>
        Math.abs(offMs - aheadS * 1_000) < ROUGHLY_MS ? undefined : `its clock was off by ${offMs} ms, not ${aheadS} s`,
    };
  },
});
