import {
  CasBucket,
  type Clock,
  Deployment,
  Desired,
  isVersion,
  type Link,
  type Logger,
  parseTimeMs,
  type RevokedEdge,
  type Row,
  requireCompiled,
  type Subjects,
  TroupeError,
  type Version,
} from "@troupe/runtime/internal";
import { z } from "zod";
import type { CurrentSystem } from "./decide-order.ts";

const DesiredRow = z.union([Desired, Deployment]);
type DesiredRow = z.infer<typeof DesiredRow>;

interface FollowPorts {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** A version as it was deployed. */
export interface DeployedVersion extends CurrentSystem {
  /** Wall time, ms since 1970. */
  readonly deployedAtMs: number;
}

const FIRST_LOOK_MS = 2_000;

/** What is deployed, as the desired state says; followed all the time, so that asking costs nothing. */
export class DeployedSystem {
  readonly #compiled = new Map<string, DeployedVersion>();
  #desired: Desired | undefined;
  #current: DeployedVersion | undefined;
  #onChange: (current: DeployedVersion | undefined) => void = () => undefined;

  private constructor() {}

  /**
   * Starts to follow the desired state. Resolves once it is known, or after 2 s: a gateway may be there before the supervisor has made
   * the stores, and says `no_system` until then.
   */
  static async follow(ports: FollowPorts): Promise<DeployedSystem & { stop(): void }> {
    const { link, subjects, logger, clock } = ports;
    const deployed = new DeployedSystem();
    const bucket = new CasBucket({ link, subjects, bucket: "desired", schema: DesiredRow, logger, clock });
    const watch = bucket.watch({ onChange: (key, row) => deployed.#apply(key, row) });
    const waited = new AbortController();
    await Promise.race([watch.ready, clock.sleep(FIRST_LOOK_MS, waited.signal).catch(() => undefined)]);
    waited.abort();
    return Object.assign(deployed, { stop: () => watch.close() });
  }

  /** The version that new tasks begin with. Throws `no_system`. */
  current(): DeployedVersion {
    if (this.#current) return this.#current;
    throw new TroupeError("no_system", "no system is deployed yet");
  }

  /** Calls back now, and whenever what new tasks begin with may have changed. There is one follower. Must not throw. */
  whenChanged(onChange: (current: DeployedVersion | undefined) => void): void {
    this.#onChange = onChange;
    onChange(this.#current);
  }

  /** A version whose tasks may still run or be read; `undefined` when it is not known here any more. */
  find(version: Version): DeployedVersion | undefined {
    return this.#compiled.get(version);
  }

  /** Whether tasks of this version still run. */
  isServed(version: Version): boolean {
    return this.#desired?.current === version || (this.#desired?.draining.includes(version) ?? false);
  }

  #apply(key: string, row: Row<DesiredRow> | undefined): void {
    if (key === "current") this.#desired = row && "current" in row.value ? row.value : undefined;
    else if (!row) this.#compiled.delete(key.replace("version.", ""));
    else if ("manifest" in row.value && isVersion(row.value.version)) {
      const { version, manifest, deployedAt } = row.value;
      const deployedAtMs = parseTimeMs(deployedAt);
      this.#compiled.set(version, { version, system: requireCompiled(manifest), deployedAtMs });
    }
    const { current = "", revoked = [] } = this.#desired ?? {};
    this.#current = withoutDoors(this.#compiled.get(current), revoked);
    this.#onChange(this.#current);
  }
}

/** The version without the doors that an operator has closed. Pure. */
export function withoutDoors(
  deployed: DeployedVersion | undefined,
  revoked: readonly RevokedEdge[],
): DeployedVersion | undefined {
  const closed = new Set(revoked.filter(({ from }) => from === "client").map(({ to }) => to));
  if (!deployed || closed.size === 0) return deployed;
  const doors = new Set([...deployed.system.doors].filter((door) => !closed.has(door)));
  return { ...deployed, system: { ...deployed.system, doors } };
}
