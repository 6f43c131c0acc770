import type { Clock } from "@troupe/runtime/internal";
import type { FailureDetector, Suspicion } from "./failure-detector.ts";
import { hasGone, type NodeProbe, PROBE_TIMEOUT_MS } from "./node-probe.ts";
import type { Probe } from "./transitions.ts";

export interface ReachabilityOptions {
  readonly detector: FailureDetector;
  readonly probe: NodeProbe;
  /** How long nobody may listen on a probe before that alone is certain, ms: longer while this observer is slow itself. */
  readonly goneAfterMs: () => number;
  readonly clock: Clock;
}

/** Who can be reached, as far as this observer can tell: by silence, and by probes. */
export class Reachability {
  readonly #options: ReachabilityOptions;
  /** Since when nobody listens on a node's probe. */
  readonly #unreachableSinceMs = new Map<string, number>();

  constructor(options: ReachabilityOptions) {
    this.#options = options;
  }

  /** A heartbeat came. How regular a life was says nothing of the next one. */
  heard(node: string, isNewLife: boolean): void {
    const { detector, clock } = this.#options;
    if (isNewLife) detector.forget(node);
    detector.heard(node, clock.monotonicMs());
    this.#unreachableSinceMs.delete(node);
  }

  /** Anything else came from it. */
  contact(node: string): void {
    const { detector, clock } = this.#options;
    detector.contact(node, clock.monotonicMs());
    this.#unreachableSinceMs.delete(node);
  }

  /** After the observer itself was cut off its view proves nothing: everybody's silence starts anew. */
  reset(): void {
    this.#options.detector.reset(this.#options.clock.monotonicMs());
    this.#unreachableSinceMs.clear();
  }

  forget(node: string): void {
    this.#options.detector.forget(node);
    this.#unreachableSinceMs.delete(node);
  }

  /** What the detector says, and the probe: a node on whose probe nobody listens is no better than suspect. */
  judge(node: string): Suspicion {
    const judged = this.#options.detector.judge(node, this.#options.clock.monotonicMs());
    return judged === "alive" && this.#unreachableSinceMs.has(node) ? "suspect" : judged;
  }

  /** Probes them all at once. */
  async probe(nodes: readonly string[]): Promise<ReadonlyMap<string, Probe>> {
    const ask = async (node: string) =>
      [node, this.#weigh(node, await this.#options.probe(node, PROBE_TIMEOUT_MS))] as const;
    return new Map(await Promise.all(nodes.map(ask)));
  }

  /** Whether nobody is there, and nobody came back within the moment that a reconnect takes. */
  async hasGone(node: string): Promise<boolean> {
    const { probe, clock } = this.#options;
    const sinceMs = clock.monotonicMs();
    if (!(await hasGone((timeoutMs) => probe(node, timeoutMs), clock))) return false;
    this.#unreachableSinceMs.set(node, sinceMs);
    return true;
  }

  /** Nobody there counts as such when the silence is suspicious by itself, or when it has been so for longer than a reconnect takes. */
  #weigh(node: string, answer: Exclude<Probe, "not_asked">): Probe {
    const { detector, clock, goneAfterMs } = this.#options;
    if (answer === "answered") this.contact(node);
    if (answer !== "gone") {
      this.#unreachableSinceMs.delete(node);
      return answer;
    }
    const nowMs = clock.monotonicMs();
    const sinceMs = this.#unreachableSinceMs.get(node) ?? nowMs;
    this.#unreachableSinceMs.set(node, sinceMs);
    return detector.judge(node, nowMs) !== "alive" || nowMs - sinceMs >= goneAfterMs() ? "gone" : "mute";
  }
}
