import { ensureMailboxes, removeMailboxes } from "@troupe/runtime/internal";
import type { LeadingPorts } from "../leading/leading-ports.ts";
import { mailboxesOf } from "../placement/wanted.ts";
import type { QueueState } from "../queues/queue-reader.ts";
import { requireVersion } from "./deploy.ts";
import { drainedVersions } from "./draining.ts";

/** What tells whether a version still has work. */
export interface VersionUse {
  readonly openOf: (version: string) => number;
  /** Versions with an open task, whatever the desired state says of them. */
  readonly openVersions: () => readonly string[];
  readonly queues: () => readonly QueueState[];
}

/**
 * Lets drained versions go: first out of the desired state, so that no host runs them, then their durables. One that is found to have an open task
 * comes back and drains once more: a task that was accepted and waits, for admission or for its turn in a session, is not open before it starts, and
 * belongs to its version for good. Works on what the index says: not to be asked before that has read the log.
 */
export class RetiringVersions {
  readonly #ports: LeadingPorts;
  readonly #use: VersionUse;
  readonly #quietSinceMs = new Map<string, number>();
  /** Whose code nobody knows. */
  readonly #unknown = new Set<string>();

  constructor(ports: LeadingPorts, use: VersionUse) {
    this.#ports = ports;
    this.#use = use;
  }

  /** One look; brings back or retires at most one version. Returns whether it did. Throws `lease_lost`, `conflict`, `unavailable`. */
  async look(): Promise<boolean> {
    return (await this.#bringBack()) || (await this.#retire());
  }

  async #bringBack(): Promise<boolean> {
    const { store, controlLink, resources, events, logger, requireLeading } = this.#ports;
    const { desired, revision } = store.view;
    if (!desired) return false;
    const isGone = (version: string) =>
      version !== desired.current && !desired.draining.includes(version) && !this.#unknown.has(version);
    const version = this.#use.openVersions().find(isGone);
    if (version === undefined) return false;
    const deployment = await store.deploymentOf(version);
    if (!deployment) {
      this.#unknown.add(version);
      logger.error({ version }, "tasks are open of a version that was never deployed; nobody can run them");
      return false;
    }
    requireLeading();
    await ensureMailboxes(controlLink, resources, requireVersion(version), mailboxesOf(deployment));
    await store.replace({ ...desired, draining: [...desired.draining, version] }, revision);
    events.record({ name: "brought_back", about: version, reason: "a task that had waited has begun" });
    return true;
  }

  async #retire(): Promise<boolean> {
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
