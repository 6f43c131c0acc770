import { removeBundle, storedBundles } from "@troupe/runtime/internal";
import type { LeadingPorts } from "../leading/leading-ports.ts";
import { neededBundles } from "./needed-bundles.ts";

/** Removes code from the store that no version needs any more, and has not needed for some time (ADR 0050). */
export class UnusedBundles {
  readonly #ports: LeadingPorts;
  readonly #openOf: (version: string) => number;
  /** By hash; monotonic ms. */
  readonly #unusedSinceMs = new Map<string, number>();

  constructor(ports: LeadingPorts, openOf: (version: string) => number) {
    this.#ports = ports;
    this.#openOf = openOf;
  }

  /** One look. Throws `lease_lost`, or when the store does not answer; the next look goes on. */
  async look(): Promise<void> {
    const { store, controlLink: link, subjects } = this.#ports;
    const { desired, deployments } = store.view;
    if (!desired) return;
    const needed = neededBundles(desired, deployments.values(), this.#openOf);
    const due = this.#due([...(await storedBundles(link, subjects))].filter((sha256) => !needed.has(sha256)));
    // A deployment looks whether its code is there before it stores its version: nothing may be taken away in between.
    if (due.length > 0) await store.turns.take(() => this.#remove(due));
  }

  #due(unused: readonly string[]): readonly string[] {
    const { settings, clock } = this.#ports;
    const nowMs = clock.monotonicMs();
    for (const sha256 of this.#unusedSinceMs.keys()) if (!unused.includes(sha256)) this.#unusedSinceMs.delete(sha256);
    for (const sha256 of unused) if (!this.#unusedSinceMs.has(sha256)) this.#unusedSinceMs.set(sha256, nowMs);
    return unused.filter((sha256) => nowMs - (this.#unusedSinceMs.get(sha256) ?? nowMs) >= settings.bundleGraceMs);
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
