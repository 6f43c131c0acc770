import type { z } from "zod";
import type { Scene } from "./scene.ts";

/** A contribution, and whom it would hand on to: the first of these that may be chosen. */
export interface Line {
  readonly content: string;
  readonly next: readonly string[];
  readonly reason: string;
  /** What it says in fields of a schema that have these names. */
  readonly values?: Readonly<Record<string, z.core.util.JSONType>>;
  /** Its choice where a schema lists what may be chosen. */
  choose?(choices: readonly unknown[]): string | undefined;
}

export type Script = (scene: Scene) => Line;
