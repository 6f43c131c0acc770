/** Hosts that are to die at failpoints, each leaving a file behind: who was killed where is seen in a folder. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { until } from "./stack.ts";

/** A role, and where its host dies: places in a hop, `place@2` for the second time that one comes there. */
interface Death {
  readonly role: string;
  readonly places: readonly string[];
}

const DEATH_MS = 30_000;

/** What `TROUPE_FAILPOINTS` is to be, for hosts that leave their files in the folder. */
export const failpointsIn = (folder: string, deaths: readonly Death[]): string =>
  deaths
    .flatMap(({ role, places }) => places.map((place) => `${role}:${place}:${join(folder, `${role}.${place}`)}`))
    .join(",");

/**
 * Resolves when a host of the role has been killed at each of its places. A task has ended once its commit is stored: who dies behind that dies
 * a moment later, and with it whatever runs there by then.
 */
export async function untilKilled(folder: string, { role, places }: Death): Promise<void> {
  for (const place of places) {
    const isThere = async () => (await readdir(folder)).includes(`${role}.${place}`);
    await until(`a host killed at ${role} ${place}`, DEATH_MS, isThere);
  }
}
