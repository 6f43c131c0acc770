import type { Clock, Link, Logger, Random, ResourceSettings, Subjects } from "@troupe/runtime/internal";
import type { WebhookSettings } from "../alerts/webhook.ts";
import type { ApprovalNotes } from "../approvals/approval-notes.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { ControlEvents } from "../control-events.ts";
import type { DesiredStore } from "../desired/desired-store.ts";
import type { Identities } from "../desired/identities.ts";
import type { SupervisorMetrics } from "../metrics/supervisor-metrics.ts";
import type { Observer } from "../observer/observer.ts";
import type { QueueReader } from "../queues/queue-reader.ts";
import type { SupervisorSettings } from "../settings.ts";

/** What everything that a leader runs is given. */
export interface LeadingPorts {
  readonly system: string;
  readonly id: string;
  readonly epoch: number;
  readonly subjects: Subjects;
  readonly shards: number;
  readonly resources: ResourceSettings;
  /** For heartbeats, services and rows: control traffic waits behind nothing. */
  readonly controlLink: Link;
  /** For reading the log. */
  readonly observerLink: Link;
  readonly store: DesiredStore;
  readonly identities: Identities;
  readonly queues: QueueReader;
  /** Kept beyond the term. */
  readonly observer: Observer;
  /** Kept beyond the term. */
  readonly approvals: ApprovalNotes;
  readonly events: ControlEvents;
  readonly audit: AuditTrail;
  /** Absent = nobody reads figures. */
  readonly metrics: SupervisorMetrics | undefined;
  readonly settings: SupervisorSettings;
  /** Where alerts are sent. */
  readonly webhooks: readonly WebhookSettings[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Aborts when the term is over. */
  readonly signal: AbortSignal;
  /** Throws `lease_lost` when this process does not surely lead. For right before a command. */
  readonly requireLeading: () => void;
}
