/** What the leader does for tasks: keeps their due times, ends or escalates dead ones, repeats lost messages, archives finished ones, and removes code that none needs. */
import {
  aborted,
  createJetStreamLog,
  createPublisher,
  createTaskArchive,
  type OpenWait,
  type TaskId,
  type TaskLog,
} from "@troupe/runtime/internal";
import { DeadLetterDesk } from "../desk/dead-letter-desk.ts";
import { DeadLetters } from "../failures/dead-letters.ts";
import { EndedTasks } from "../failures/ended-tasks.ts";
import { Janitor } from "../janitor/janitor.ts";
import { janitorLimits } from "../janitor/limits.ts";
import { UnusedBundles } from "../janitor/unused-bundles.ts";
import { repeat, untilNotFull } from "../loop.ts";
import type { Observation } from "../observer/observation.ts";
import type { TaskIndex } from "../observer/task-index.ts";
import { TaskReader } from "../observer/task-reader.ts";
import { SessionTurns } from "../sessions/session-turns.ts";
import { SloCounting } from "../slo/slo-counting.ts";
import { SloRows } from "../slo/slo-rows.ts";
import { Sweeper } from "../sweeper/sweeper.ts";
import { DueTimers } from "../timers/due-timers.ts";
import type { LeadingPorts } from "./leading-ports.ts";

const QUICK_MS = 200;
const ENDED_MS = 1_000;

export interface TaskKeeping {
  readonly index: TaskIndex;
  readonly log: TaskLog;
  readonly desk: DeadLetterDesk;
  readonly slo: SloCounting;
  /** Ends when the term's signal aborts and the last round is over. */
  readonly done: Promise<unknown>;
  /** Resolves when the index holds everything that was in the log at the start, or when the term is over before it does. */
  readonly caughtUp: Promise<void>;
}

export function keepTasks(ports: LeadingPorts): TaskKeeping {
  const parts = taskParts(ports);
  const { ended, timers, deadLetters, sessions, slo } = parts;
  const onObservation = (observation: Observation) => {
    timers.observe(observation);
    deadLetters.observe(observation);
    sessions.observe(observation);
    ended.observe(observation);
    slo.observe(observation);
    ports.metrics?.observed(observation);
  };
  const { observer, approvals, signal } = ports;
  const { index } = observer;
  for (const observation of index.observations()) onObservation(observation);
  observer.listen(onObservation, signal);
  approvals.lead(signal);
  const caughtUp = Promise.race([observer.caughtUp, aborted(signal)]);
  const done = caughtUp.then(() => runParts(ports, parts)).finally(parts.close);
  return { index, log: parts.log, desk: parts.desk, slo, caughtUp, done };
}

function taskParts(ports: LeadingPorts) {
  const { observerLink: link, subjects, clock, random, logger, queues, settings, store, audit, approvals } = ports;
  const publisher = createPublisher(link, { clock });
  const log = createJetStreamLog({ link, publisher, subjects });
  const { index } = ports.observer;
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
  const onEscalated = (wait: OpenWait, atMs: number) => approvals.escalated(wait, atMs);
  return {
    log,
    sweeper,
    ended,
    desk: new DeadLetterDesk({ link, subjects, index, reader, ports: once, logger, tablesOf, announceEnd }),
    timers: new DueTimers({ subjects, index, ports: once, logger, onEscalated }),
    deadLetters: new DeadLetters({ subjects, index, reader, ports: once, logger, tablesOf, audit, announceEnd }),
    sessions: new SessionTurns({
      index,
      ports: { ...once, subjects, archive: createTaskArchive(link, subjects) },
      logger,
    }),
    slo: sloCounting(ports, index, log),
    janitor: new Janitor({ link, subjects, index, reader, publisher, logger, limits: janitorLimits(settings), nowMs }),
    bundles: new UnusedBundles(ports, (version) => index.openOf(version)),
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
  const { timers, deadLetters, sessions, ended, sweeper, janitor, bundles } = parts;
  const { batch } = janitorLimits(settings);
  return Promise.all([
    timers.run(signal),
    repeat("dead letters", QUICK_MS, ports, () => deadLetters.handleAll()),
    repeat("sessions", QUICK_MS, ports, () => sessions.advanceAll()),
    repeat("ended tasks", ENDED_MS, ports, () => ended.announceAll()),
    repeat("sweeper", settings.sweepEveryMs, ports, () => sweeper.sweep()),
    repeat("janitor", settings.janitorEveryMs, ports, () => untilNotFull(batch, signal, () => janitor.clean())),
    repeat("unused code", settings.janitorEveryMs, ports, () => bundles.look()),
  ]);
}
