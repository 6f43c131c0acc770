import { messageOf } from "@troupe/runtime/internal";
import type { ClusterView } from "../health/cluster-view.ts";
import type { LeadingPorts } from "../leading/leading-ports.ts";
import { AlertWatch } from "./alert-watch.ts";
import type { FiringAlert } from "./alerts.ts";
import { lastFiring } from "./last-firing.ts";
import { subjectSink } from "./subject-sink.ts";
import { WebhookSink } from "./webhook.ts";

/** The alerts of one term, told on a NATS subject and to webhooks; control events, and so the log, have them anyway. */
export class Alerting {
  readonly #ports: LeadingPorts;
  readonly #watch: AlertWatch;
  readonly #webhooks: readonly WebhookSink[];

  constructor(ports: LeadingPorts) {
    const { system, controlLink, subjects, events, settings, webhooks, clock, logger } = ports;
    this.#ports = ports;
    this.#webhooks = webhooks.map((webhook) => new WebhookSink(webhook, ports));
    const sinks = [subjectSink(controlLink, subjects, logger), ...this.#webhooks];
    this.#watch = new AlertWatch({ system, events, sinks, clock, graceMs: settings.graceMs });
  }

  /** Takes over what fired under the leader before, so that it is not told twice. */
  async start(): Promise<void> {
    const { controlLink, subjects, logger } = this.#ports;
    try {
      this.#watch.restore(await lastFiring(controlLink, subjects));
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, "which alerts fired before is not known; they may be told again");
    }
  }

  look(view: ClusterView): void {
    this.#watch.look(view);
  }

  firingIn(view: ClusterView): readonly FiringAlert[] {
    return this.#watch.firingIn(view);
  }

  stop(): void {
    for (const webhook of this.#webhooks) webhook.stop();
  }
}
