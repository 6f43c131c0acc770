/** What the leader does for tasks: observes them, keeps their due times, ends or escalates dead ones, repeats lost messages, archives finished ones. */
import {
  createJetStreamLog,
  createPublisher,
  createTaskArchive,
  type OpenWait,
  type TaskId,
  type TaskLog,
} from "@troupe/runtime/internal";
import { ApprovalNotes } from "../approvals/approval-notes.ts";
import { overAtMsOf } from "../approvals/open-approvals.ts";
import { DeadLetterDesk } from "../desk/dead-letter-desk.ts";
import { DeadLetters } from "../failures/dead-letters.ts";
import { EndedTasks } from "../failures/ended-tasks.ts";
import { Janitor } from "../janitor/janitor.ts";
import { repeat } from "../loop.ts";
import { type Following, follow } from "../observer/follow.ts";
import type { Observation } from "../observer/observation.ts";
import { TaskIndex } from "../observer/task-index.ts";
import { TaskReader } from "../observer/task-reader.ts";
import { SessionTurns } from "../sessions/session-turns.ts";
import { SloCounting } from "../slo/slo-counting.ts";
import { SloRows } from "../slo/slo-rows.ts";
import { Sweeper } from "../sweeper/sweeper.ts";
import { DueTimers } from "../timers/due-timers.ts";
import type { LeadingPorts } from "./leading-ports.ts";

/** Tasks of one round of the janitor. */
const JANITOR_BATCH = 200;
const QUICK_MS = 200;
const ENDED_MS = 1_000;

export interface TaskKeeping {
  readonly index: TaskIndex;
  readonly log: TaskLog;
  readonly desk: DeadLetterDesk;
  readonly slo: SloCounting;
  /** Ends when the term's signal aborts and the last round is over. */
  readonly done: Promise<unknown>;
  /** Resolves when the index holds everything that was in the log at the start. */
  readonly caughtUp: Promise<void>;
}

export async function keepTasks(ports: LeadingPorts): Promise<TaskKeeping> {
  const parts = taskParts(ports);
  const { index, ended, timers, deadLetters, sessions, approvals, slo } = parts;
  const onObservation = (observation: Observation) => {
    index.apply(observation);
    timers.observe(observation);
    deadLetters.observe(observation);
    sessions.observe(observation);
    ended.observe(observation);
    slo.observe(observation);
    approvals.observe(observation);
    ports.metrics?.observed(observation);
  };
  const { observerLink: link, subjects, shards, logger, clock, signal } = ports;
  const following = await follow({ link, subjects, shards, logger, clock, onObservation });
  const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  const running = Promise.race([following.caughtUp, stopped]).then(() => runParts(ports, parts));
  return {
    index,
    log: parts.log,
    desk: parts.desk,
    slo,
    caughtUp: following.caughtUp,
    done: endOf(running, following, parts.close),
  };
}

async function endOf(running: Promise<unknown>, following: Following, close: () => void): Promise<void> {
  await running;
  await following.stop();
  close();
}

function taskParts(ports: LeadingPorts) {
  const { observerLink: link, subjects, clock, random, logger, queues, settings, store, audit } = ports;
  const publisher = createPublisher(link, { clock });
  const log = createJetStreamLog({ link, publisher, subjects });
  const index = new TaskIndex();
  const reader = new TaskReader(link, subjects);
  const once = { log, clock, random };
  const nowMs = () => clock.nowMs();
  const tablesOf = (version: string) => store.tablesOf(version);
  const sweeper = new Sweeper({
    subjects,
    index,
    reader,
    queues,
    log,
    ports: once,
    logger,
    idleMs: settings.idleTaskMs,
    tablesOf,
  });
  const ended = new EndedTasks({ link, subjects, index, log, queues, sweeper, logger, nowMs });
  const announceEnd = (task: TaskId) => ended.announceSoon(task);
  const approvals = new ApprovalNotes({ audit, nowMs, overAtMs: (answer) => overAtMsOf(answer, index) });
  const onEscalated = (wait: OpenWait, atMs: number) => approvals.escalated(wait, atMs);
  const limits = { retainMs: settings.retainMs, keepFinished: settings.keepFinished, batch: JANITOR_BATCH };
  return {
    log,
    index,
    sweeper,
    ended,
    approvals,
    desk: new DeadLetterDesk({ link, subjects, index, reader, ports: once, logger, tablesOf, announceEnd }),
    timers: new DueTimers({ subjects, index, ports: once, logger, onEscalated }),
    deadLetters: new DeadLetters({ subjects, index, reader, ports: once, logger, tablesOf, audit, announceEnd }),
    sessions: new SessionTurns({
      index,
      ports: { ...once, subjects, archive: createTaskArchive(link, subjects) },
      logger,
    }),
    slo: sloCounting(ports, index, log),
    janitor: new Janitor({ link, subjects, index, reader, publisher, logger, limits, nowMs }),
    close: () => publisher.close(),
  };
}

function sloCounting(ports: LeadingPorts, index: TaskIndex, log: TaskLog): SloCounting {
  const { controlLink: link, subjects, clock, logger, requireLeading } = ports;
  const rows = new SloRows({ link, subjects, logger, clock });
  return new SloCounting({ subjects, index, log, rows, clock, logger, requireLeading });
}

/** Runs everything that acts; only once the index is complete, so that nothing is done that was done before. */
function runParts(ports: LeadingPorts, parts: ReturnType<typeof taskParts>): Promise<unknown> {
  const { settings, signal } = ports;
  const { timers, deadLetters, sessions, ended, sweeper, janitor } = parts;
  return Promise.all([
    timers.run(signal),
    repeat("dead letters", QUICK_MS, ports, () => deadLetters.handleAll()),
    repeat("sessions", QUICK_MS, ports, () => sessions.advanceAll()),
    repeat("ended tasks", ENDED_MS, ports, () => ended.announceAll()),
    repeat("sweeper", settings.sweepEveryMs, ports, () => sweeper.sweep()),
    repeat("janitor", settings.janitorEveryMs, ports, () => cleanAll(janitor, signal)),
  ]);
}

/** A round that found a full batch is followed by another at once. */
async function cleanAll(janitor: Janitor, signal: AbortSignal): Promise<void> {
  for (let moved = JANITOR_BATCH; moved === JANITOR_BATCH && !signal.aborted; ) moved = await janitor.clean();
}
