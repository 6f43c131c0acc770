import { type AlertNotice, type Clock, CONTROL_VERSION, parseTimeMs, rfc3339 } from "@troupe/runtime/internal";
import { z } from "zod";
import type { ControlEvents } from "../control-events.ts";
import type { ClusterView } from "../health/cluster-view.ts";
import {
  ALERTS,
  type Alert,
  type AlertName,
  alertChanges,
  alertsOf,
  type FiringAlert,
  firing,
  identityOf,
  type NoticedAlert,
  noticed,
} from "./alerts.ts";
import { notOver, type RecentAlert, steadied } from "./steady-alerts.ts";

/** Takes word of an alert to somebody. Never throws, never waits. */
export interface AlertSink {
  tell(notice: AlertNotice): void;
}

/** What an event of an alert says fires after it, so that the next leader goes on with it. */
export const FiringRecord = z.array(
  z.object({ name: z.string(), about: z.string(), text: z.string(), since: z.string() }),
);
export type FiringRecord = z.infer<typeof FiringRecord>;

export interface AlertWatchOptions {
  readonly system: string;
  readonly events: Pick<ControlEvents, "record">;
  readonly sinks: readonly AlertSink[];
  readonly clock: Clock;
  /** How long nothing that an earlier leader saw resolves: until then the nodes may not have been heard. */
  readonly graceMs: number;
}

/** The alerts that fire; each one's beginning and end is a control event, and is told to the sinks, once. */
export class AlertWatch {
  readonly #options: AlertWatchOptions;
  readonly #startedMs: number;
  #noticed: readonly NoticedAlert[] = [];
  #recent: ReadonlyMap<string, RecentAlert> = new Map();

  constructor(options: AlertWatchOptions) {
    this.#options = options;
    this.#startedMs = options.clock.monotonicMs();
  }

  /** Takes over what fired under an earlier leader: it has been told already. */
  restore(record: FiringRecord): void {
    const known = record.flatMap((alert) => {
      const { name } = alert;
      return isAlertName(name) ? [{ ...alert, name }] : [];
    });
    this.#recent = steadied(new Map(), known, this.#options.clock.nowMs());
    this.#noticed = known.map((alert) => ({ ...alert, sinceMs: parseTimeMs(alert.since) }));
  }

  /** What fires at this moment; a condition that has been noticed before keeps its time. */
  firingIn(view: ClusterView): readonly FiringAlert[] {
    return notOver(this.#seen(view).recent);
  }

  /** Notices what has changed since the last look. */
  look(view: ClusterView): void {
    const before = notOver(this.#recent);
    const seen = this.#seen(view);
    this.#noticed = seen.noticed;
    this.#recent = seen.recent;
    const { fired, resolved } = alertChanges(before, notOver(this.#recent));
    for (const alert of fired) this.#tell("fired", alert);
    for (const alert of resolved) this.#tell("resolved", alert);
  }

  #seen(view: ClusterView) {
    const now = noticed(this.#noticed, this.#conditions(view), view.nowMs);
    return { noticed: now, recent: steadied(this.#recent, firing(now, view.nowMs), view.nowMs) };
  }

  #conditions(view: ClusterView): readonly Alert[] {
    const now = alertsOf(view);
    const { clock, graceMs } = this.#options;
    if (clock.monotonicMs() - this.#startedMs >= graceMs) return now;
    const present = new Set(now.map(identityOf));
    return [...now, ...notOver(this.#recent).filter((alert) => !present.has(identityOf(alert)))];
  }

  #tell(state: AlertNotice["state"], { name, about, text, since }: FiringAlert): void {
    const { system, events, sinks, clock } = this.#options;
    const { severity } = ALERTS[name];
    const details = { severity, firing: notOver(this.#recent) };
    events.record({ name: `alert.${state}`, about: `${name} ${about}`, reason: text, details });
    const at = rfc3339(clock.nowMs());
    for (const sink of sinks) sink.tell({ v: CONTROL_VERSION, system, state, name, about, severity, text, since, at });
  }
}

const isAlertName = (name: string): name is AlertName => Object.hasOwn(ALERTS, name);
