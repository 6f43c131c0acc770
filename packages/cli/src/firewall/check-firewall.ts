import {
  type Clock,
  createLogger,
  hopId,
  type Link,
  newTaskId,
  openLink,
  type Random,
  requireCompiled,
  START_HOP,
  Subjects,
  type SystemManifest,
  type Version,
} from "@troupe/runtime/internal";
import type { SignIn } from "../keys.ts";
import type { Attempt } from "./attack.ts";
import { attacksAs } from "./attacks.ts";
import { checkConnection } from "./check-mark.ts";
import type { Range } from "./range.ts";
import { tryAct } from "./try-attack.ts";

export interface FirewallOptions {
  readonly servers: string;
  readonly system: string;
  /** What is checked. */
  readonly version: Version;
  readonly manifest: SystemManifest;
  /** How a role of that version signs in. */
  readonly signInOf: (role: string) => Promise<SignIn>;
  /** In the names of its connections. */
  readonly mark: string;
  /** A link with all rights, that looks where answers went. */
  readonly core: Link;
  readonly clock: Clock;
  readonly random: Random;
}

/** Signs in as each role of a version and tries everything that it must not be able to do. Throws what {@link openLink} throws. */
export async function checkFirewall(options: FirewallOptions): Promise<readonly Attempt[]> {
  const range = rangeOf(options);
  const attempts: Attempt[] = [];
  for (const role of range.system.roles.values()) {
    const link = await openLink({
      servers: options.servers,
      name: checkConnection(options.mark, role.name),
      ...(await options.signInOf(role.name)),
      firstConnectMs: 3_000,
      logger: createLogger({ name: "cli", level: "silent" }),
    });
    try {
      // One after the other, so that a refusal belongs to the act that was tried.
      for (const attack of attacksAs(range, role)) {
        attempts.push({ role: role.name, attack, ...(await tryAct(attack.act, link, options.core, range.subjects)) });
      }
    } finally {
      await link.close();
    }
  }
  return attempts;
}

function rangeOf({ system, version, manifest, clock, random }: FirewallOptions): Range {
  const task = newTaskId(0, version, clock, random);
  return {
    subjects: new Subjects(system),
    version,
    system: requireCompiled(manifest),
    task,
    hop: hopId(random.bytes(32), task, START_HOP, 0),
  };
}
