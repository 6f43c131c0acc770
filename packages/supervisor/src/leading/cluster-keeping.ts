/** What the leader does for the cluster: keeps membership and placement, drains versions, watches queues and alerts, answers questions. */
import { CasBucket, type Heartbeat, Member, NodePlacement } from "@troupe/runtime/internal";
import { Alerting } from "../alerts/alerting.ts";
import type { AuditSealing } from "../audit/seal-audit.ts";
import { keepIdentities } from "../desired/keep-identities.ts";
import { RetiringVersions } from "../desired/retiring-versions.ts";
import { Outcomes } from "../health/outcomes.ts";
import { QueueWatch } from "../health/queue-watch.ts";
import { repeat, Wake } from "../loop.ts";
import { accrualDetector } from "../membership/accrual-detector.ts";
import { listenForDisconnects } from "../membership/disconnects.ts";
import { listenForHeartbeats } from "../membership/heartbeats.ts";
import { MembershipLoop } from "../membership/membership-loop.ts";
import { nodeProbe } from "../membership/node-probe.ts";
import { ObserverHealth } from "../membership/observer-health.ts";
import { Reachability } from "../membership/reachability.ts";
import { Revenants } from "../membership/revenants.ts";
import type { Membership } from "../membership/snapshot.ts";
import { DrainingNodes } from "../operations/draining-nodes.ts";
import { PlacementLoop } from "../placement/placement-loop.ts";
import { wantedReplicas } from "../placement/wanted.ts";
import { QueueReader } from "../queues/queue-reader.ts";
import { announceDeath, listenForDeaths } from "../recovery/deaths.ts";
import { isOfHost, LostNodes } from "../recovery/lost-nodes.ts";
import { Recovery } from "../recovery/recovery.ts";
import { RecoveryLoop } from "../recovery/recovery-loop.ts";
import { SloKeeping } from "../slo/slo-keeping.ts";
import type { LeadingPorts } from "./leading-ports.ts";
import { type ClusterParts, clusterView, rowsOf, serveCluster } from "./serve-cluster.ts";
import type { TaskKeeping } from "./task-keeping.ts";

const TICK_MS = 250;
const PULSE_MS = 200;
const SAMPLE_MS = 1_000;
/** Placement is brought to what is wanted at least this often, and at once after a change. */
const CONVERGE_MS = 2_000;
const WATCH_MS = 1_000;
const DRAIN_MS = 2_000;
const IDENTITIES_MS = 5_000;

export interface ClusterKeeping {
  readonly done: Promise<unknown>;
}

type KeptTasks = Pick<TaskKeeping, "index" | "log" | "slo" | "desk" | "caughtUp">;

/** Starts it. */
export async function keepCluster(
  ports: LeadingPorts,
  tasks: KeptTasks,
  sealing: Pick<AuditSealing, "head">,
): Promise<ClusterKeeping> {
  const keeper = new ClusterKeeper(ports, tasks, sealing);
  await keeper.start();
  return { done: keeper.run() };
}

const reachability = ({ controlLink, subjects, settings, clock }: LeadingPorts, observer: ObserverHealth) =>
  new Reachability({
    detector: accrualDetector(settings, () => observer.stretch),
    probe: nodeProbe(controlLink, subjects),
    goneAfterMs: () => settings.goneAfterMs * observer.stretch,
    clock,
  });

function recoveryLoop({ controlLink: link, subjects, events, settings, clock, logger, requireLeading }: LeadingPorts) {
  const rows = new CasBucket({ link, subjects, bucket: "recovery", schema: Recovery, logger, clock });
  return new RecoveryLoop({ rows, events, clock, limits: settings.ladder, requireLeading });
}

function placementLoop(
  { controlLink: link, subjects, events, settings, epoch: leaderEpoch, clock, logger, requireLeading }: LeadingPorts,
  recoveries: () => ReadonlyMap<string, Recovery>,
) {
  const rows = new CasBucket({ link, subjects, bucket: "placement", schema: NodePlacement, logger, clock });
  return new PlacementLoop({ rows, events, clock, settings, leaderEpoch, recoveries, requireLeading });
}

function drainingNodes(
  { controlLink: link, subjects, settings, epoch: leaderEpoch, clock, logger, requireLeading }: LeadingPorts,
  replicasOn: (node: string) => number,
  membership: () => Membership,
) {
  const { drainMoveMs: moveMs } = settings;
  return new DrainingNodes({
    link,
    subjects,
    membership,
    replicasOn,
    moveMs,
    leaderEpoch,
    requireLeading,
    clock,
    logger,
  });
}

class ClusterKeeper {
  readonly #ports: LeadingPorts;
  readonly #tasks: KeptTasks;
  readonly #sealing: Pick<AuditSealing, "head">;
  readonly #observer: ObserverHealth;
  readonly #membership: MembershipLoop;
  readonly #placement: PlacementLoop;
  readonly #recovery: RecoveryLoop;
  readonly #draining: DrainingNodes;
  readonly #retiring: RetiringVersions;
  readonly #wake = new Wake();
  readonly #lostNodes: LostNodes;
  readonly #queues: QueueWatch;
  readonly #outcomes = new Outcomes();
  readonly #alerting: Alerting;
  readonly #slo: SloKeeping;
  readonly #sinceMs: number;
  #stopListening: () => void = () => undefined;
  #convergedMs = Number.NEGATIVE_INFINITY;

  constructor(ports: LeadingPorts, tasks: KeptTasks, sealing: Pick<AuditSealing, "head">) {
    const { controlLink: link, subjects, shards, queues, events, settings, clock, logger, requireLeading } = ports;
    this.#ports = ports;
    this.#tasks = tasks;
    this.#sealing = sealing;
    this.#sinceMs = clock.nowMs();
    this.#observer = new ObserverHealth(clock);
    // Its own reader: what is urgent never waits behind the records that the observer reads.
    const urgent = new QueueReader(link, subjects, shards);
    this.#lostNodes = new LostNodes({
      link,
      subjects,
      queues: urgent,
      logger,
      events,
      clock,
      membership: () => this.#membership.membership,
    });
    const revenants = new Revenants({ ...ports, link, leaderEpoch: ports.epoch });
    const members = new CasBucket({ link, subjects, bucket: "members", schema: Member, logger, clock });
    this.#recovery = recoveryLoop(ports);
    this.#placement = placementLoop(ports, () => this.#recovery.recoveries);
    const replicasOn = (node: string) => rowsOf(this.#placement).get(node)?.replicas.length ?? 0;
    this.#draining = drainingNodes(ports, replicasOn, () => this.#membership.membership);
    this.#queues = new QueueWatch(queues);
    this.#retiring = new RetiringVersions(ports, {
      openOf: (version) => tasks.index.openOf(version),
      openVersions: () => tasks.index.openVersions(),
      queues: () => this.#queues.queues,
    });
    this.#alerting = new Alerting(ports);
    this.#slo = new SloKeeping(ports, tasks.slo);
    this.#membership = new MembershipLoop({
      members,
      reachability: reachability(ports, this.#observer),
      observer: this.#observer,
      events,
      settings,
      clock,
      logger,
      requireLeading,
      onChange: (change) => {
        this.#changed();
        if (change.member.status === "dead") announceDeath(link, subjects, change.member);
        void this.#lostNodes.onChange(change);
      },
      onRevenant: (node, incarnation) => revenants.tell(node, incarnation),
    });
  }

  async start(): Promise<void> {
    await this.#ports.store.refresh();
    const { controlLink, subjects, settings, logger } = this.#ports;
    await this.#membership.start();
    await this.#alerting.start();
    const stops = [
      listenForHeartbeats(controlLink, subjects, logger, (heartbeat) => this.#hear(heartbeat)),
      listenForDeaths(controlLink, subjects, logger, (died) => {
        if (!isOfHost(died.incarnation)) return;
        this.#membership.contact(died.node);
        void this.#lostNodes.onHostDeath(died);
      }),
    ];
    if (settings.heedsDisconnects)
      stops.push(
        listenForDisconnects(controlLink, logger, (whose) => {
          if (whose.kind === "node") void this.#membership.onDisconnect(whose.node);
        }),
      );
    this.#stopListening = () => {
      for (const stop of stops) stop();
      this.#observer.stop();
    };
  }

  /** Runs until the term is over. */
  async run(): Promise<void> {
    const ports = this.#ports;
    const service = serveCluster(ports, this.#parts());
    // At once: what a round of a loop waits for may take its time.
    ports.signal.addEventListener("abort", () => void service.stop(), { once: true });
    void this.#followConnection();
    await Promise.all([
      repeat("pulse", PULSE_MS, ports, () => this.#feelPulse()),
      repeat("event loop", SAMPLE_MS, ports, () => Promise.resolve(this.#observer.sample())),
      repeat("nodes", TICK_MS, ports, () => this.#lookAfterNodes(), this.#wake),
      repeat("queues", WATCH_MS, ports, () => this.#watch()),
      repeat("draining nodes", DRAIN_MS, ports, () => this.#draining.look()),
      this.#retireVersions(),
      this.#slo.run(this.#tasks.caughtUp),
      repeat("identities", IDENTITIES_MS, ports, () => keepIdentities(ports, this.#membership.membership)),
    ]);
    this.#stopListening();
    this.#alerting.stop();
    await service.stop();
  }

  /** Whoever stood still heard nobody meanwhile. */
  async #feelPulse(): Promise<void> {
    if (this.#observer.pulse()) this.#membership.resetSilence();
  }

  /** One after the other: nodes that come up together are placed on together. */
  async #lookAfterNodes(): Promise<void> {
    await this.#membership.tick();
    await this.#recover();
    await this.#converge();
  }

  /** Before placement, which carries out what it decides. */
  async #recover(): Promise<void> {
    const { desired, deployments } = this.#ports.store.view;
    const { membership } = this.#membership;
    if (!desired || !this.#recovery.isNeeded(membership)) return;
    const wanted = wantedReplicas(desired, deployments);
    const { assignment } = this.#placement.placement;
    if (await this.#recovery.look({ membership, desired, wanted, assignment })) this.#changed();
  }

  /** While replicas are on their way, each word of a node may be what the next step waits for. */
  #hear(heartbeat: Heartbeat): void {
    this.#membership.hear(heartbeat);
    if (heartbeat.hasLeft === true) this.#ports.metrics?.left(heartbeat.node);
    else this.#ports.metrics?.heard(heartbeat.node);
    if (this.#placement.isHandingOver) this.#changed();
  }

  #changed(): void {
    this.#convergedMs = Number.NEGATIVE_INFINITY;
    this.#wake.now();
  }

  #parts(): ClusterParts {
    return {
      tasks: this.#tasks,
      sealing: this.#sealing,
      membership: this.#membership,
      placement: this.#placement,
      draining: this.#draining,
      queues: this.#queues,
      outcomes: this.#outcomes,
      alerting: this.#alerting,
      slo: this.#slo,
      sinceMs: this.#sinceMs,
      onChange: () => this.#changed(),
    };
  }

  async #converge(): Promise<void> {
    const { clock, store } = this.#ports;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#convergedMs < CONVERGE_MS) return;
    this.#convergedMs = nowMs;
    try {
      await this.#placement.converge(this.#membership.membership, await store.refresh());
    } catch (error) {
      // At the next tick, not at once: whatever is wrong may last.
      this.#convergedMs = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }

  async #watch(): Promise<void> {
    await this.#queues.look();
    if (this.#ports.signal.aborted) return;
    this.#outcomes.look(this.#membership.membership);
    this.#alerting.look(clusterView(this.#ports, this.#parts()));
  }

  /** Once the index is complete: before, a version's tasks may not have been read. */
  async #retireVersions(): Promise<void> {
    await this.#tasks.caughtUp;
    await repeat("draining versions", DRAIN_MS, this.#ports, async () => {
      if (await this.#retiring.look()) this.#changed();
    });
  }

  /** After a reconnect nobody's silence proves anything. Ends with the connection, or at the first status after the term. */
  async #followConnection(): Promise<void> {
    const { controlLink, signal } = this.#ports;
    for await (const status of controlLink.nc.status()) {
      if (signal.aborted) return;
      if (status.type !== "reconnect") continue;
      this.#observer.reconnected();
      this.#membership.resetSilence();
    }
  }
}
