/** Hosts that are to die at failpoints, each leaving a file behind: who was killed where is seen in a folder. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Stack, until } from "./stack.ts";

/** A role, and where its host dies: places in a hop, `place@2` for the second time that one comes there. */
interface Death {
  readonly role: string;
  readonly places: readonly string[];
}

/** Who dies at a failpoint: the host alone, which its node starts again, or the node with all of its hosts. */
export const VICTIMS = ["host", "node"] as const;
export type Victim = (typeof VICTIMS)[number];

export interface Failpoints {
  /**
   * Resolves when a host of the role has been killed at each of its places, and nodes that died with it are back. A task has ended once its
   * commit is stored: who dies behind that dies a moment later, and with it whatever runs there by then.
   */
  readonly passed: (stack: Stack, death: Death) => Promise<void>;
  /** How many have been killed. */
  readonly killed: () => Promise<number>;
}

const DEATH_MS = 30_000;

/** Has parts of systems that are started from now on die there, until the test ends. */
export async function setFailpoints(t: TestContext, victim: Victim, deaths: readonly Death[]): Promise<Failpoints> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-failpoints-"));
  process.env["TROUPE_FAILPOINTS_KILL"] = victim;
  process.env["TROUPE_FAILPOINTS"] = deaths
    .flatMap(({ role, places }) => places.map((place) => `${role}:${place}:${join(folder, `${role}.${place}`)}`))
    .join(",");
  t.after(async () => {
    delete process.env["TROUPE_FAILPOINTS"];
    delete process.env["TROUPE_FAILPOINTS_KILL"];
    await rm(folder, { recursive: true });
  });
  const passed = async (stack: Stack, { role, places }: Death): Promise<void> => {
    for (const place of places) {
      const isThere = async () => (await readdir(folder)).includes(`${role}.${place}`);
      await until(`a ${victim} killed at ${role} ${place}`, DEATH_MS, isThere);
    }
    if (victim === "node") await stack.restartFallen(places.length);
  };
  return { passed, killed: async () => (await readdir(folder)).length };
}
