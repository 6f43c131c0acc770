import { LADDER, type LadderLimits } from "./recovery/ladder.ts";

/** Times and limits of the control plane. Every one has a default; a caller overrides what it needs. */
export interface SupervisorSettings {
  /** How often nodes say that they are there, as long as this supervisor has not learnt it from them. Default 500 ms. */
  readonly heartbeatMs: number;
  /** Pause beyond a node's usual one that means nothing. Default 1.5 s; more makes suspicion slower and rarer. */
  readonly acceptedPauseMs: number;
  /** A shorter silence is never suspicious, however regular the node was. Default 2 s. */
  readonly suspectAfterMs: number;
  /** A longer one always is, and a node that then does not answer its probe is declared dead. Default 8 s. */
  readonly deadAfterMs: number;
  /** How long nobody may listen on a node's probe before that alone declares it dead; reconnecting takes less. Default 1 s. */
  readonly goneAfterMs: number;
  /** Whether the server's notices of ended connections are heeded. Without them a lost node shows by its silence. Default true. */
  readonly heedsDisconnects: boolean;
  /** Shortest time between two declared deaths. Default 5 s. */
  readonly deathSpacingMs: number;
  /** How long mass suspicion (half or more of the nodes, at least two) holds back every death. Default 30 s. */
  readonly massSuspicionHoldMs: number;
  /** How long a new leader listens before it declares a death. Default 10 s. */
  readonly graceMs: number;
  /** After how long a dead node counts as left. Default 10 min. */
  readonly forgetDeadMs: number;
  /** Validity of the leader's lease, and how often it is renewed. Defaults 15 s and 3 s. */
  readonly leaseMs: number;
  readonly renewMs: number;
  /** Time without activity after which an open task is looked at by the sweeper. Default 30 s. */
  readonly idleTaskMs: number;
  readonly sweepEveryMs: number;
  /** Finished tasks move to the archive after this time, or when there are more than `keepFinished`. Defaults 1 h and 100,000. */
  readonly retainMs: number;
  readonly keepFinished: number;
  readonly janitorEveryMs: number;
  /** How long an old version keeps its durables after its last open task. Default 30 s. */
  readonly drainGraceMs: number;
  /** How long code stays stored that no version needs any more. Default a day: tasks may have waited for so long when they begin. */
  readonly bundleGraceMs: number;
  /** How long placement waits after the last node has come, or the last portion, before crowded nodes give to new ones. Default 1 s. */
  readonly rebalanceAfterMs: number;
  /** Most replicas that are on their way to new nodes at once. Default 10. */
  readonly rebalanceMoves: number;
  /** How long a replica's new node waits for the old one to let go. Default 3 s. */
  readonly letGoMs: number;
  /** How long a node that drains keeps its replicas until they are ready elsewhere. Default 15 s. */
  readonly drainMoveMs: number;
  /** Age of the oldest waiting message that raises an alert. Default 30 s. */
  readonly queueAgeAlertMs: number;
  /** What counts of an actor's failures and how long its quarantine lasts. Default 3 in an hour, trials after 1, 5, 15 min of a minute each. */
  readonly ladder: LadderLimits;
  /** How long a task may run before it raises an alert; not while it waits for a person or a time. Default 30 s. */
  readonly slowTaskAlertMs: number;
  /** How long a dead-lettered task stays an alert. Default 10 min. */
  readonly deadTaskAlertMs: number;
}

const DEFAULTS: SupervisorSettings = {
  heartbeatMs: 500,
  acceptedPauseMs: 1_500,
  suspectAfterMs: 2_000,
  deadAfterMs: 8_000,
  goneAfterMs: 1_000,
  heedsDisconnects: true,
  deathSpacingMs: 5_000,
  massSuspicionHoldMs: 30_000,
  graceMs: 10_000,
  forgetDeadMs: 600_000,
  leaseMs: 15_000,
  renewMs: 3_000,
  idleTaskMs: 30_000,
  sweepEveryMs: 10_000,
  retainMs: 3_600_000,
  keepFinished: 100_000,
  janitorEveryMs: 10_000,
  drainGraceMs: 30_000,
  bundleGraceMs: 24 * 3_600_000,
  rebalanceAfterMs: 1_000,
  rebalanceMoves: 10,
  letGoMs: 3_000,
  drainMoveMs: 15_000,
  queueAgeAlertMs: 30_000,
  ladder: LADDER,
  slowTaskAlertMs: 30_000,
  deadTaskAlertMs: 600_000,
};

export function resolveSupervisorSettings(given: Partial<SupervisorSettings> = {}): SupervisorSettings {
  return { ...DEFAULTS, ...given };
}
