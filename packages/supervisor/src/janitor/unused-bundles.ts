import { removeBundle, storedBundles } from "@troupe/runtime/internal";
import type { LeadingPorts } from "../leading/leading-ports.ts";
import { Disuse } from "./disuse.ts";
import { neededBundles } from "./needed-bundles.ts";

/** Removes code from the store that no version needs any more, and has not needed for some time (ADR 0050). */
export class UnusedBundles {
  readonly #ports: LeadingPorts;
  readonly #openOf: (version: string) => number;
  readonly #disuse: Disuse;

  constructor(ports: LeadingPorts, openOf: (version: string) => number) {
    this.#ports = ports;
    this.#openOf = openOf;
    this.#disuse = new Disuse(ports.settings.bundleGraceMs);
  }

  /**
   * One look at what is needed, and now and then at what is stored. Throws `lease_lost`, or when the store does not answer; the next look goes
   * on.
   */
  async look(): Promise<void> {
    const { store, controlLink: link, subjects, clock } = this.#ports;
    const { desired, deployments } = store.view;
    if (!desired) return;
    const needed = neededBundles(desired, deployments.values(), this.#openOf);
    this.#disuse.needed(needed);
    const nowMs = clock.monotonicMs();
    if (!this.#disuse.isLookDue(nowMs)) return;
    const stored = await storedBundles(link, subjects);
    const due = this.#disuse.due(
      [...stored].filter((sha256) => !needed.has(sha256)),
      nowMs,
    );
    // A deployment looks whether its code is there before it stores its version: nothing may be taken away in between.
    if (due.length > 0) await store.turns.take(() => this.#remove(due));
    this.#disuse.looked(nowMs);
  }

  async #remove(due: readonly string[]): Promise<void> {
    const { store, controlLink: link, subjects, logger, requireLeading } = this.#ports;
    const { desired } = await store.refresh();
    if (!desired) return;
    const needed = neededBundles(desired, (await store.allDeployments()).values(), this.#openOf);
    for (const sha256 of due) {
      if (needed.has(sha256)) continue;
      requireLeading();
      await removeBundle(link, subjects, sha256);
      logger.info({ sha256 }, "code that no version needs any more was removed from the store");
    }
  }
}
