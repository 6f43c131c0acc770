import { join } from "node:path";
import { findFaketime } from "./clocks.ts";
import type { Fault, Need } from "./fault.ts";
import type { ChaosSettings } from "./settings.ts";
import { type SmallDisk, smallDisk } from "./small-disk.ts";

/** What faults need of the machine: prepared where it is needed and can be had, else with the reason why not. */
export class Machine implements AsyncDisposable {
  /** Folder of the store, on a file system of its own; `undefined` = wherever stores are. */
  readonly storeDir: string | undefined;
  readonly faketime: string | undefined;
  readonly #disk: SmallDisk | { readonly reason: string };

  private constructor(disk: SmallDisk | { readonly reason: string }, faketime: string | undefined) {
    this.#disk = disk;
    this.storeDir = "reason" in disk ? undefined : join(disk.folder, "store");
    this.faketime = faketime;
  }

  /** Whatever these faults need. A run that is the same on every machine needs nothing. */
  static async prepare(faults: readonly Fault[], { isEverywhereTheSame, faketime }: ChaosSettings): Promise<Machine> {
    const areNeeded = new Set(isEverywhereTheSame ? [] : faults.map(({ needs }) => needs));
    const disk = areNeeded.has("small-disk")
      ? await smallDisk()
      : { reason: "not in a run that is to be the same everywhere" };
    return new Machine(disk, areNeeded.has("faketime") ? await findFaketime(faketime) : undefined);
  }

  /** Why something is not there; `undefined` when it is. */
  missing(need: Need): string | undefined {
    const reasons: Readonly<Record<Need, string | undefined>> = {
      "small-disk": "reason" in this.#disk ? this.#disk.reason : undefined,
      faketime: this.faketime === undefined ? "libfaketime is not here, or not asked for (--faketime FILE)" : undefined,
    };
    return reasons[need];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!("reason" in this.#disk)) await this.#disk.remove();
  }
}
