import {
  type Clock,
  directGetLast,
  type Link,
  type Logger,
  parseTaskId,
  type Subjects,
} from "@troupe/runtime/internal";
import { ApprovalNotes } from "./approvals/approval-notes.ts";
import { overAtMsOf } from "./approvals/open-approvals.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import { ArchivedTasks } from "./janitor/archived-tasks.ts";
import { janitorLimits } from "./janitor/limits.ts";
import { repeat, untilNotFull } from "./loop.ts";
import { Observer } from "./observer/observer.ts";
import type { SupervisorSettings } from "./settings.ts";

export interface ObservingPorts {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly shards: number;
  readonly settings: SupervisorSettings;
  readonly audit: Pick<AuditTrail, "note">;
  readonly isLeading: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a supervisor keeps whether it leads or stands by, so that it can take over at once. */
export interface Observing {
  readonly observer: Observer;
  readonly approvals: ApprovalNotes;
  /** Resolves once everything of it has ended. */
  stop(): Promise<void>;
}

export function observeTasks(ports: ObservingPorts): Observing {
  const { link, subjects, settings, audit, isLeading, clock } = ports;
  const stopping = new AbortController();
  const { signal } = stopping;
  const nowMs = () => clock.nowMs();
  const observer = new Observer(ports);
  const { index } = observer;
  const approvals = new ApprovalNotes({ audit, nowMs, overAtMs: (answer) => overAtMsOf(answer, index) });
  observer.listen((observation) => approvals.observe(observation), signal);
  const limits = janitorLimits(settings);
  const archived = new ArchivedTasks({
    index,
    isInLog: async (task) => {
      const stream = subjects.logStream(parseTaskId(task)?.shard ?? 0);
      return (await directGetLast(link, stream, subjects.done(task))) !== undefined;
    },
    limits,
    nowMs,
  });
  const forget = async () => {
    if (!isLeading()) await untilNotFull(limits.batch, signal, () => archived.look());
  };
  const forgetting = repeat("archived tasks", settings.janitorEveryMs, { ...ports, signal }, forget);
  const stop = async () => {
    stopping.abort();
    await Promise.all([forgetting, observer.stop()]);
  };
  return { observer, approvals, stop };
}
