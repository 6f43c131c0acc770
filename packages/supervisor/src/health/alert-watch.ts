import type { ControlEvents } from "../control-events.ts";
import { alertChanges, alertsOf, type FiringAlert, firing, type NoticedAlert, noticed } from "./alerts.ts";
import type { ClusterView } from "./cluster-view.ts";

/** The alerts that fire; each one's beginning and end is a control event. */
export class AlertWatch {
  readonly #events: ControlEvents;
  #noticed: readonly NoticedAlert[] = [];
  #firing: readonly FiringAlert[] = [];

  constructor(events: ControlEvents) {
    this.#events = events;
  }

  /** What fires at this moment; a condition that has been noticed before keeps its time. */
  firingIn(view: ClusterView): readonly FiringAlert[] {
    return firing(noticed(this.#noticed, alertsOf(view), view.nowMs), view.nowMs);
  }

  /** Notices what has changed since the last look. */
  look(view: ClusterView): void {
    this.#noticed = noticed(this.#noticed, alertsOf(view), view.nowMs);
    const now = firing(this.#noticed, view.nowMs);
    const { fired, resolved } = alertChanges(this.#firing, now);
    for (const { name, about, text } of fired)
      this.#events.record({ name: "alert.fired", about: `${name} ${about}`, reason: text });
    for (const { name, about, text } of resolved)
      this.#events.record({ name: "alert.resolved", about: `${name} ${about}`, reason: text });
    this.#firing = now;
  }
}
