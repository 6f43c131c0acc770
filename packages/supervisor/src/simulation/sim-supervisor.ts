/** A supervisor of the simulated cluster: the product's own lease, membership, recovery and placement, over the simulated store and network. */
import {
  CasBucket,
  Lease,
  type Logger,
  Member,
  messageOf,
  NodePlacement,
  type Subjects,
} from "@troupe/runtime/internal";
import { SimProcess, type SimRows, type SimTime } from "@troupe/runtime/internal-testing";
import type { ControlEvent } from "../control-events.ts";
import type { DesiredView } from "../desired/desired-store.ts";
import { Leader, type Term } from "../leadership/leader.ts";
import { repeat } from "../loop.ts";
import { accrualDetector } from "../membership/accrual-detector.ts";
import { MembershipLoop } from "../membership/membership-loop.ts";
import { hasGone } from "../membership/node-probe.ts";
import { ObserverHealth } from "../membership/observer-health.ts";
import { Reachability } from "../membership/reachability.ts";
import type { Probe } from "../membership/transitions.ts";
import { PlacementLoop } from "../placement/placement-loop.ts";
import { wantedReplicas } from "../placement/wanted.ts";
import { Recovery } from "../recovery/recovery.ts";
import { RecoveryLoop } from "../recovery/recovery-loop.ts";
import type { SupervisorSettings } from "../settings.ts";

/** What supervisors need of the world. */
export interface SimSupervisorWorld {
  readonly time: SimTime;
  readonly rows: SimRows;
  readonly subjects: Subjects;
  readonly logger: Logger;
  readonly settings: SupervisorSettings;
  readonly view: DesiredView;
  /** What becomes of a probe that goes from one process to a node. */
  probe(from: SimProcess, node: string, timeoutMs: number): Promise<Exclude<Probe, "not_asked">>;
  /** Whether anybody answers as the leader. */
  askLeader(from: SimProcess, timeoutMs: number): Promise<Exclude<Probe, "not_asked">>;
  tellRevenant(from: SimProcess, node: string, incarnation: string): void;
  onTerm(term: SimTerm): void;
  onEvent(event: ControlEvent, term: SimTerm): void;
}

/** One term of leadership, as the invariants look at it. */
export interface SimTerm {
  readonly supervisor: string;
  readonly process: SimProcess;
  readonly epoch: number;
  readonly sinceMs: number;
  readonly membership: MembershipLoop;
  /** Nodes that this term has heard. */
  readonly heard: Set<string>;
}

const TICK_MS = 500;
const PULSE_MS = 400;
const RESTART_MS = 3_000;

export class SimSupervisor {
  readonly name: string;
  readonly #world: SimSupervisorWorld;
  process: SimProcess;
  #leader: Leader;
  #term: SimTerm | undefined;

  constructor(name: string, world: SimSupervisorWorld) {
    this.name = name;
    this.#world = world;
    [this.process, this.#leader] = this.#begin();
  }

  get isLeading(): boolean {
    return this.process.isRunning && this.#leader.isLeading;
  }
  /** Its term, as long as it believes that it leads. */
  get term(): SimTerm | undefined {
    return this.isLeading ? this.#term : undefined;
  }

  kill(): void {
    this.process.kill();
    this.#term = undefined;
    this.#world.time.after(RESTART_MS, () => {
      if (this.process.isDead) [this.process, this.#leader] = this.#begin();
    });
  }

  #begin(): [SimProcess, Leader] {
    const { time, rows, subjects, logger, settings } = this.#world;
    const process = new SimProcess(this.name, time);
    const { clock } = process;
    const leader = new Leader({
      id: this.name,
      leases: new CasBucket({
        link: rows.reachedBy(process),
        subjects,
        bucket: "leases",
        schema: Lease,
        logger,
        clock,
      }),
      leaseMs: settings.leaseMs,
      renewMs: settings.renewMs,
      isLeaderGone: () => hasGone((timeoutMs) => this.#world.askLeader(process, timeoutMs), clock),
      clock,
      logger,
    });
    void this.#compete(process, leader);
    return [process, leader];
  }

  async #compete(process: SimProcess, leader: Leader): Promise<void> {
    for (;;) {
      const term = await leader.tick();
      if (term) void this.#lead(process, leader, term);
      await process.clock.sleep(leader.nextLookMs);
    }
  }

  async #lead(process: SimProcess, leader: Leader, { epoch, signal }: Term): Promise<void> {
    const { logger, view, time } = this.#world;
    const { clock } = process;
    const observer = new ObserverHealth(clock, { p99Ms: () => 0, stop: () => undefined });
    const { membership, recovery, placement } = this.#parts(process, leader, epoch, observer);
    const term: SimTerm = {
      supervisor: this.name,
      process,
      epoch,
      sinceMs: time.nowMs,
      membership,
      heard: new Set(),
    };
    this.#term = term;
    this.#world.onTerm(term);
    try {
      await membership.start();
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, "a term could not begin");
      await leader.resign().catch(() => undefined); // it runs out by itself
      return;
    }
    const ports = { clock, logger, signal };
    const { desired, deployments } = view;
    const wanted = desired ? wantedReplicas(desired, deployments) : [];
    await Promise.all([
      repeat("pulse", PULSE_MS, ports, async () => observer.pulse() && membership.resetSilence()),
      repeat("nodes", TICK_MS, ports, async () => {
        await membership.tick();
        const { assignment } = placement.placement;
        if (desired) await recovery.look({ membership: membership.membership, desired, wanted, assignment });
        await placement.converge(membership.membership, view);
      }),
    ]);
  }

  #parts(process: SimProcess, leader: Leader, leaderEpoch: number, observer: ObserverHealth) {
    const { rows, subjects, logger, settings } = this.#world;
    const { clock } = process;
    const bucket = { link: rows.reachedBy(process), subjects, logger, clock };
    const requireLeading = () => leader.requireLeading();
    const events = {
      record: (event: ControlEvent) => {
        if (this.#term) this.#world.onEvent(event, this.#term);
      },
    };
    const recovery = new RecoveryLoop({
      rows: new CasBucket({ ...bucket, bucket: "recovery", schema: Recovery }),
      events,
      clock,
      limits: settings.ladder,
      requireLeading,
    });
    const placement = new PlacementLoop({
      rows: new CasBucket({ ...bucket, bucket: "placement", schema: NodePlacement }),
      events,
      clock,
      settings,
      leaderEpoch,
      recoveries: () => recovery.recoveries,
      requireLeading,
    });
    const membership = new MembershipLoop({
      members: new CasBucket({ ...bucket, bucket: "members", schema: Member }),
      reachability: new Reachability({
        detector: accrualDetector(settings, () => observer.stretch),
        probe: (node, timeoutMs) => this.#world.probe(process, node, timeoutMs),
        goneAfterMs: () => settings.goneAfterMs * observer.stretch,
        clock,
      }),
      observer,
      events,
      settings,
      clock,
      logger,
      requireLeading,
      onChange: () => undefined,
      onRevenant: (node, incarnation) => this.#world.tellRevenant(process, node, incarnation),
    });
    return { membership, recovery, placement };
  }
}
