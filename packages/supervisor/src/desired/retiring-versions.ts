import { removeMailboxes } from "@troupe/runtime/internal";
import type { LeadingPorts } from "../leading/leading-ports.ts";
import { mailboxesOf } from "../placement/wanted.ts";
import type { QueueState } from "../queues/queue-reader.ts";
import { requireVersion } from "./deploy.ts";
import { drainedVersions } from "./draining.ts";

/** What tells whether a version still has work. */
export interface VersionUse {
  readonly openOf: (version: string) => number;
  readonly queues: () => readonly QueueState[];
}

/** Lets drained versions go: first out of the desired state, so that no host runs them, then their durables. */
export class RetiringVersions {
  readonly #ports: LeadingPorts;
  readonly #use: VersionUse;
  readonly #quietSinceMs = new Map<string, number>();

  constructor(ports: LeadingPorts, use: VersionUse) {
    this.#ports = ports;
    this.#use = use;
  }

  /** One look; retires at most one version. Returns whether it did. Throws `lease_lost`, `conflict`, `unavailable`. */
  async look(): Promise<boolean> {
    const { store, settings, clock, controlLink, resources, events, requireLeading } = this.#ports;
    const { desired, revision } = store.view;
    if (!desired || desired.draining.length === 0) return false;
    const nowMs = clock.monotonicMs();
    const { openOf, queues } = this.#use;
    const [gone] = drainedVersions(desired, openOf, queues(), this.#quietSinceMs, nowMs, settings.drainGraceMs);
    if (gone === undefined) return false;
    const deployment = await store.deploymentOf(gone);
    requireLeading();
    await store.replace({ ...desired, draining: desired.draining.filter((old) => old !== gone) }, revision);
    if (deployment) await removeMailboxes(controlLink, resources, requireVersion(gone), mailboxesOf(deployment));
    events.record({ name: "retired", about: gone, reason: "no open task is left" });
    return true;
  }
}
