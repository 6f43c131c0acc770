/** What the leader does for objectives: counts, follows costs where there are models, and tells how objectives are kept. */
import { type Deployment, type SloName, type SloReport, Slos } from "@troupe/runtime/internal";
import type { DesiredView } from "../desired/desired-store.ts";
import type { LeadingPorts } from "../leading/leading-ports.ts";
import { repeat } from "../loop.ts";
import { followCosts } from "./follow-costs.ts";
import { reportOf } from "./report.ts";
import type { SloCounting } from "./slo-counting.ts";

const ROUND_MS = 1_000;
/** Reports are computed anew at most this often: alerts look every second. */
const REPORT_MS = 2_000;
const NO_COST: ReadonlySet<SloName> = new Set<SloName>(["cost"]);

/**
 * Whether steps of a system's tasks are to be followed for what they cost: where roles ask models, or its file says what tasks may cost. Others
 * have steps too, and following them is not free.
 */
export const hasCosts = ({ manifest }: Deployment): boolean =>
  (manifest.slos?.cost ?? false) !== false || Object.values(manifest.roles).some(({ kind }) => kind === "agent");

export class SloKeeping {
  readonly #ports: LeadingPorts;
  readonly #counting: SloCounting;
  /** Following costs, by shard; each ends with the term. */
  readonly #followed = new Map<number, Promise<void>>();
  #report: { readonly atMs: number; readonly report: SloReport } | undefined;

  constructor(ports: LeadingPorts, counting: SloCounting) {
    this.#ports = ports;
    this.#counting = counting;
  }

  /** Until the term is over. Nothing is counted before everything that is in the log was seen: what belongs together may come apart. */
  async run(caughtUp: Promise<void>): Promise<void> {
    await caughtUp;
    await repeat("objectives", ROUND_MS, this.#ports, () => this.#round());
    await Promise.all(this.#followed.values());
  }

  /** How objectives are kept, as of the last seconds. */
  report(): SloReport {
    const { clock, system, store } = this.#ports;
    const atMs = clock.monotonicMs();
    if (this.#report && atMs - this.#report.atMs < REPORT_MS) return this.#report.report;
    const nowMs = clock.nowMs();
    const { history } = this.#counting;
    const report = reportOf({
      system,
      nowMs,
      sinceMs: history.sinceMs,
      slos: slosOf(store.view),
      uncounted: this.#followed.size === 0 ? NO_COST : new Set(),
      sumOf: (windowMs) => history.sum(windowMs, nowMs),
    });
    this.#report = { atMs, report };
    return report;
  }

  async #round(): Promise<void> {
    await this.#counting.round();
    const { store } = this.#ports;
    if ([...store.view.deployments.values()].some(hasCosts)) this.#followCosts();
  }

  /** Of every shard, once. */
  #followCosts(): void {
    const { observerLink: link, subjects, shards, logger, clock, signal } = this.#ports;
    for (let shard = 0; shard < shards; shard++) {
      if (this.#followed.has(shard)) continue;
      const after = this.#counting.countedStep(shard) ?? 0;
      const onCost = this.#counting.addCost.bind(this.#counting);
      this.#followed.set(shard, followCosts({ link, subjects, shard, after, logger, clock, onCost }, signal));
    }
  }
}

/** The objectives of the current version; the defaults before there is one. */
function slosOf({ desired, deployments }: DesiredView): Slos {
  const manifest = desired && deployments.get(desired.current)?.manifest;
  return manifest?.slos ?? Slos.parse({});
}
