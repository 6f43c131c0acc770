import { type CasBucket, type Clock, type Desired, type Row, TroupeError } from "@troupe/runtime/internal";
import type { ControlEvents } from "../control-events.ts";
import { sitesOf } from "../membership/sites.ts";
import type { Membership } from "../membership/snapshot.ts";
import { misfit } from "../placement/fit.ts";
import type { Assignment } from "../placement/place.ts";
import { replicaKey, replicaName, type WantedReplica } from "../placement/wanted.ts";
import { type Climbed, climb, type LadderLimits, type Passed, pass, type Report } from "./ladder.ts";
import { type Recovery, type Rung, recoveryKey } from "./recovery.ts";

export interface RecoveryLoopOptions {
  readonly rows: CasBucket<Recovery>;
  readonly events: Pick<ControlEvents, "record">;
  readonly clock: Clock;
  readonly limits: LadderLimits;
  readonly requireLeading: () => void;
}

/** What one round decides over. */
export interface RecoveryView {
  readonly membership: Membership;
  readonly desired: Desired;
  /** Every replica that should run, were all of them well. */
  readonly wanted: readonly WantedReplica[];
  readonly assignment: Assignment;
}

const EVENT_OF_RUNG: Readonly<Record<Rung, string>> = {
  restart: "actor.restarted",
  replace: "actor.replaced",
  migrate: "actor.migrated",
  quarantine: "actor.quarantined",
};
const EVENT_OF_TIME: Readonly<Record<Passed["kind"], string>> = {
  trial: "actor.trial",
  recovered: "actor.recovered",
  released: "actor.released",
  forget: "actor.well",
};

/**
 * Leads actors that fail up the ladder, and down again when they work. Everything that it knows is in the rows, so that the next leader goes
 * on where this one stopped; it acts by what placement makes of them.
 */
export class RecoveryLoop {
  readonly #options: RecoveryLoopOptions;
  #rows = new Map<string, Row<Recovery>>();
  #isKnown = false;

  constructor(options: RecoveryLoopOptions) {
    this.#options = options;
  }

  /** Actors that failed not long ago, by id. */
  get recoveries(): ReadonlyMap<string, Recovery> {
    return new Map([...this.#rows].map(([actor, { value }]) => [actor, value]));
  }

  /** Whether a round could have anything to do. */
  isNeeded({ nodes }: Membership): boolean {
    if (!this.#isKnown || this.#rows.size > 0) return true;
    return [...nodes.values()].some(({ heartbeat }) => heartbeat?.failures !== undefined);
  }

  /** Reads the rows: nothing may be placed before, or an actor in quarantine would be. */
  async #start(): Promise<void> {
    this.#rows = new Map((await this.#options.rows.list()).map((row) => [row.value.actor, row]));
    this.#isKnown = true;
  }

  /** One round; whether anything changed that placement depends on. Throws `conflict` after a write of somebody else: the next round begins anew. */
  async look(view: RecoveryView): Promise<boolean> {
    if (!this.#isKnown) await this.#start();
    try {
      const hasClimbed = await this.#hearFailures(view);
      const hasPassed = await this.#letTimePass(view);
      return hasClimbed || hasPassed;
    } catch (error) {
      this.#isKnown = !TroupeError.is(error, "conflict");
      throw error;
    }
  }

  async #hearFailures(view: RecoveryView): Promise<boolean> {
    let hasClimbed = false;
    const wanted = new Map(view.wanted.map((replica) => [replicaKey(replica), replica]));
    for (const { heartbeat } of view.membership.nodes.values()) {
      for (const failure of heartbeat?.failures ?? []) {
        const replica = wanted.get(failure.actor);
        if (!heartbeat || !replica) continue;
        const { node, incarnation } = heartbeat;
        const climbed = this.#climb({ failure, node, incarnation }, replica, view);
        if (!climbed) continue;
        await this.#store(climbed.recovery);
        this.#recordStep(climbed, node);
        hasClimbed ||= climbed.step !== undefined && climbed.step !== "restart";
      }
    }
    return hasClimbed;
  }

  #climb(report: Report, replica: WantedReplica, { membership, desired }: RecoveryView): Climbed | undefined {
    const before = this.#rows.get(report.failure.actor)?.value;
    const operatorGeneration = operatorGenerationOf(replica, desired);
    return climb(before, report, {
      nowMs: this.#options.clock.nowMs(),
      limits: this.#options.limits,
      generation: operatorGeneration + (before?.generation ?? 0),
      operatorGeneration,
      canMove: sitesOf(membership).some(
        (site) => site.isOpen && site.node !== report.node && misfit(replica, site) === undefined,
      ),
    });
  }

  async #letTimePass(view: RecoveryView): Promise<boolean> {
    let hasPassed = false;
    const wanted = new Map(view.wanted.map((replica) => [replicaKey(replica), replica]));
    for (const [actor, row] of this.#rows) {
      const replica = wanted.get(actor);
      const passed: Passed | undefined = replica
        ? this.#pass(row.value, replica, view)
        : { kind: "forget", reason: "it is not wanted any more" };
      if (!passed) continue;
      if (passed.recovery) await this.#store(passed.recovery);
      else await this.#remove(row);
      this.#options.events.record({ name: EVENT_OF_TIME[passed.kind], about: actor, reason: passed.reason });
      hasPassed ||= passed.kind !== "recovered";
    }
    return hasPassed;
  }

  #pass(recovery: Recovery, replica: WantedReplica, view: RecoveryView): Passed | undefined {
    const operatorGeneration = operatorGenerationOf(replica, view.desired);
    return pass(recovery, {
      nowMs: this.#options.clock.nowMs(),
      limits: this.#options.limits,
      operatorGeneration,
      isWell: isWell(recovery.actor, operatorGeneration + recovery.generation, view),
    });
  }

  #recordStep({ step, reason, recovery }: Climbed, node: string): void {
    const { actor, generation, failures } = recovery;
    if (step === undefined) return;
    const name = EVENT_OF_RUNG[step];
    this.#options.events.record({
      name,
      about: actor,
      reason,
      details: { node, rung: step, generation, failures: failures.length },
    });
  }

  async #store(recovery: Recovery): Promise<void> {
    const { rows, requireLeading } = this.#options;
    requireLeading();
    const before = this.#rows.get(recovery.actor);
    const key = recoveryKey(recovery.actor);
    const row = await rows.put(key, recovery, before?.revision);
    this.#rows.set(recovery.actor, row);
  }

  async #remove({ key, value, revision }: Row<Recovery>): Promise<void> {
    const { rows, requireLeading } = this.#options;
    requireLeading();
    await rows.remove(key, revision);
    this.#rows.delete(value.actor);
  }
}

/** What an operator wishes counts for the current version alone. */
const operatorGenerationOf = (replica: WantedReplica, { current, generations }: Desired): number =>
  replica.version === current ? (generations?.[replicaName(replica)] ?? 0) : 0;

/** Whether its node reports the actor at work, in the generation that it should have. */
function isWell(actor: string, generation: number, { membership, assignment }: RecoveryView): boolean {
  const known = membership.nodes.get(assignment.get(actor) ?? "");
  const reported = known?.heartbeat?.actors.find(({ id }) => id === actor);
  const isRunning = reported?.state === "available" || reported?.state === "busy";
  return known?.member.status === "up" && isRunning && (reported.generation ?? 0) === generation;
}
