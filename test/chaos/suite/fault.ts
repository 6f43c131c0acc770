import type { Random } from "@troupe/runtime/internal";
import type { ChaosBed } from "./bed.ts";

/** What a fault is done to. Two faults of one kind of part never last at the same time: their effects could not be told apart. */
export type Struck = "node" | "host" | "supervisor" | "gateway" | "server" | "machine" | "tasks" | "model";

/** A file system of its own for the store, and a library that sets clocks. */
export type Need = "small-disk" | "faketime";

/** A fault that lasts until it is healed. */
export interface Strike {
  /** Whom it hit: `node-2`. */
  readonly target: string;
  /** Ends the fault; whatever was ended runs again. Resolves when that is so. */
  heal(): Promise<void>;
  /** Whether it did what it should, asked when every task of the round has ended; `undefined` when it did, else what is missing. */
  readonly unseen?: () => Promise<string | undefined> | string | undefined;
}

/** A strike that came too late for what it wanted to catch, after somebody was harmed: it is tried again. */
export class MissedStrike extends Error {
  readonly target: string;

  constructor(target: string, why: string) {
    super(why);
    this.target = target;
  }
}

export interface Fault {
  readonly name: string;
  readonly struck: Struck;
  /** How long it lasts, ms, from and to. */
  readonly holdMs: readonly [from: number, to: number];
  /** What it needs of a machine that not every one has; absent = nothing. */
  readonly needs?: Need;
  strike(bed: ChaosBed, random: Random): Promise<Strike>;
}
