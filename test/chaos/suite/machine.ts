import { join } from "node:path";
import { findFaketime } from "./clocks.ts";
import type { Fault, Need } from "./fault.ts";
import { interruptible } from "./interruption.ts";
import type { ChaosSettings } from "./settings.ts";
import { type SmallDisk, smallDisk } from "./small-disk.ts";

interface Missing {
  readonly reason: string;
}

const OF_THREE: Missing = { reason: "three servers have no disk of their own here" };
const LEFT_OUT: Missing = { reason: "left out of a run that is the same everywhere" };

/** What faults need of the machine: prepared where it is needed and can be had, else with the reason why not. */
export class Machine implements AsyncDisposable {
  /** Folder of the store, on a file system of its own; `undefined` = wherever stores are. */
  readonly storeDir: string | undefined;
  readonly faketime: string | undefined;
  readonly #opened = interruptible();
  readonly #missing: Readonly<Record<Need, string | undefined>>;

  private constructor(disk: SmallDisk | Missing, faketime: string | Missing) {
    if (!("reason" in disk)) {
      this.storeDir = join(disk.folder, "store");
      this.#opened.defer(() => disk.remove());
    }
    this.faketime = typeof faketime === "string" ? faketime : undefined;
    this.#missing = {
      "small-disk": "reason" in disk ? disk.reason : undefined,
      faketime: typeof faketime === "string" ? undefined : faketime.reason,
    };
  }

  /** Whatever these faults need. A run that is the same on every machine needs nothing. */
  static async prepare(
    faults: readonly Fault[],
    { isEverywhereTheSame, isCluster, faketime }: ChaosSettings,
  ): Promise<Machine> {
    if (isEverywhereTheSame) return new Machine(LEFT_OUT, LEFT_OUT);
    const areNeeded = new Set(faults.map(({ needs }) => needs));
    const disk = isCluster ? OF_THREE : areNeeded.has("small-disk") ? await smallDisk() : LEFT_OUT;
    const library = areNeeded.has("faketime") ? await findFaketime(faketime) : undefined;
    return new Machine(disk, library ?? { reason: "libfaketime is not here (--faketime FILE says where it is)" });
  }

  /** Why something is not there; `undefined` when it is. */
  missing(need: Need): string | undefined {
    return this.#missing[need];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}
