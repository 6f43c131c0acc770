/** What the leader does for the cluster: keeps membership and placement, drains versions, watches queues and alerts, answers questions. */
import {
  CasBucket,
  type Heartbeat,
  Member,
  NodePlacement,
  OPERATION_KINDS,
  removeMailboxes,
  type Service,
  serve,
  type TaskLog,
} from "@troupe/runtime/internal";
import { audited, auditVerbs } from "../audit/audit-verbs.ts";
import type { AuditSealing } from "../audit/seal-audit.ts";
import { requireVersion } from "../desired/deploy.ts";
import { drainedVersions } from "../desired/draining.ts";
import { keepIdentities } from "../desired/keep-identities.ts";
import { AlertWatch } from "../health/alert-watch.ts";
import type { ClusterView } from "../health/cluster-view.ts";
import { QueueWatch } from "../health/queue-watch.ts";
import { repeat, Wake } from "../loop.ts";
import { accrualDetector } from "../membership/accrual-detector.ts";
import { listenForDisconnects } from "../membership/disconnects.ts";
import { listenForHeartbeats } from "../membership/heartbeats.ts";
import { MembershipLoop } from "../membership/membership-loop.ts";
import { nodeProbe } from "../membership/node-probe.ts";
import { ObserverHealth } from "../membership/observer-health.ts";
import { Reachability } from "../membership/reachability.ts";
import type { TaskIndex } from "../observer/task-index.ts";
import { DrainingNodes } from "../operations/draining-nodes.ts";
import type { OperationView } from "../operations/progress.ts";
import { PlacementLoop } from "../placement/placement-loop.ts";
import { mailboxesOf } from "../placement/wanted.ts";
import { QueueReader } from "../queues/queue-reader.ts";
import { announceDeath, listenForDeaths } from "../recovery/deaths.ts";
import { isOfHost, LostNodes } from "../recovery/lost-nodes.ts";
import { eventVerbs } from "../services/event-verbs.ts";
import { type OperationPorts, operationVerbs } from "../services/operation-verbs.ts";
import { readVerbs } from "../services/read-verbs.ts";
import { type WriteVerbPorts, writeVerbs } from "../services/write-verbs.ts";
import type { LeadingPorts } from "./leading-ports.ts";
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

/** Starts it. */
export async function keepCluster(
  ports: LeadingPorts,
  tasks: Pick<TaskKeeping, "index" | "log">,
  sealing: Pick<AuditSealing, "head">,
): Promise<ClusterKeeping> {
  const keeper = new ClusterKeeper(ports, tasks, sealing);
  await keeper.start();
  return { done: keeper.run() };
}

class ClusterKeeper {
  readonly #ports: LeadingPorts;
  readonly #index: TaskIndex;
  readonly #log: TaskLog;
  readonly #sealing: Pick<AuditSealing, "head">;
  readonly #observer: ObserverHealth;
  readonly #membership: MembershipLoop;
  readonly #placement: PlacementLoop;
  readonly #draining: DrainingNodes;
  readonly #wake = new Wake();
  readonly #lostNodes: LostNodes;
  readonly #queues: QueueWatch;
  readonly #alerts: AlertWatch;
  readonly #sinceMs: number;
  readonly #quietSinceMs = new Map<string, number>();
  #stopListening: () => void = () => undefined;
  #convergedMs = Number.NEGATIVE_INFINITY;

  constructor(
    ports: LeadingPorts,
    { index, log }: Pick<TaskKeeping, "index" | "log">,
    sealing: Pick<AuditSealing, "head">,
  ) {
    const { controlLink: link, subjects, shards, queues, events, settings, clock, logger, requireLeading } = ports;
    this.#ports = ports;
    this.#index = index;
    this.#log = log;
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
    const members = new CasBucket({ link, subjects, bucket: "members", schema: Member, logger, clock });
    const rows = new CasBucket({ link, subjects, bucket: "placement", schema: NodePlacement, logger, clock });
    this.#placement = new PlacementLoop({ rows, events, clock, settings, leaderEpoch: ports.epoch, requireLeading });
    this.#draining = new DrainingNodes({
      link,
      subjects,
      membership: () => this.#membership.membership,
      replicasOn: (node) => this.#rows().get(node)?.replicas.length ?? 0,
      moveMs: settings.drainMoveMs,
      leaderEpoch: ports.epoch,
      requireLeading,
      clock,
      logger,
    });
    this.#queues = new QueueWatch(queues);
    this.#alerts = new AlertWatch(events);
    this.#membership = new MembershipLoop({
      members,
      reachability: new Reachability({
        detector: accrualDetector(settings, () => this.#observer.stretch),
        probe: nodeProbe(link, subjects),
        goneAfterMs: settings.goneAfterMs,
        clock,
      }),
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
    });
  }

  async start(): Promise<void> {
    await this.#ports.store.refresh();
    const { controlLink, subjects, settings, logger } = this.#ports;
    await this.#membership.start();
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
    const service = this.#serve();
    void this.#followConnection();
    await Promise.all([
      repeat("pulse", PULSE_MS, ports, () => this.#feelPulse()),
      repeat("event loop", SAMPLE_MS, ports, () => Promise.resolve(this.#observer.sample())),
      repeat("nodes", TICK_MS, ports, () => this.#lookAfterNodes(), this.#wake),
      repeat("queues", WATCH_MS, ports, () => this.#watch()),
      repeat("draining nodes", DRAIN_MS, ports, () => this.#draining.look()),
      repeat("draining versions", DRAIN_MS, ports, () => this.#retireVersions()),
      repeat("identities", IDENTITIES_MS, ports, () => keepIdentities(ports, this.#membership.membership)),
    ]);
    this.#stopListening();
    await service.stop();
  }

  /** Whoever stood still heard nobody meanwhile. */
  async #feelPulse(): Promise<void> {
    if (this.#observer.pulse()) this.#membership.resetSilence();
  }

  /** One after the other: nodes that come up together are placed on together. */
  async #lookAfterNodes(): Promise<void> {
    await this.#membership.tick();
    await this.#converge();
  }

  /** While replicas are on their way, each word of a node may be what the next step waits for. */
  #hear(heartbeat: Heartbeat): void {
    this.#membership.hear(heartbeat);
    if (this.#placement.isHandingOver) this.#changed();
  }

  #changed(): void {
    this.#convergedMs = Number.NEGATIVE_INFINITY;
    this.#wake.now();
  }

  #rows(): ReadonlyMap<string, NodePlacement> {
    return new Map(this.#placement.placement.rows.map((row) => [row.node, row]));
  }

  async #converge(): Promise<void> {
    const { clock, store } = this.#ports;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#convergedMs < CONVERGE_MS) return;
    this.#convergedMs = nowMs;
    try {
      await this.#placement.converge(this.#membership.membership, await store.refresh());
    } catch (error) {
      this.#changed();
      throw error;
    }
  }

  async #watch(): Promise<void> {
    await this.#queues.look();
    this.#alerts.look(this.#view());
  }

  /** Lets drained versions go: first out of the desired state, so that no host runs them, then their durables. */
  async #retireVersions(): Promise<void> {
    const { store, settings, clock, controlLink, resources, events, requireLeading } = this.#ports;
    const { desired, revision } = store.view;
    if (!desired || desired.draining.length === 0) return;
    const openOf = (version: string) => this.#index.openOf(version);
    const nowMs = clock.monotonicMs();
    const gone = drainedVersions(
      desired,
      openOf,
      this.#queues.queues,
      this.#quietSinceMs,
      nowMs,
      settings.drainGraceMs,
    );
    for (const version of gone) {
      const deployment = await store.deploymentOf(version);
      requireLeading();
      await store.replace({ ...desired, draining: desired.draining.filter((old) => old !== version) }, revision);
      if (deployment) await removeMailboxes(controlLink, resources, requireVersion(version), mailboxesOf(deployment));
      events.record({ name: "retired", about: version, reason: "no open task is left" });
      return this.#changed();
    }
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

  #view(): ClusterView {
    const { system, id, epoch, store, settings, clock } = this.#ports;
    const nowMs = clock.nowMs();
    return {
      system,
      supervisor: { id, epoch, sinceMs: this.#sinceMs },
      nowMs,
      membership: this.#membership.membership,
      desired: store.view.desired,
      assignment: this.#placement.placement.assignment,
      unplaced: this.#placement.placement.unplaced,
      queues: this.#queues.queues,
      oldestWaitingMs: this.#queues.oldestWaitingMs,
      openTasks: this.#index.openCount,
      recentDeadTasks: this.#index.deadLetteredSince(nowMs - settings.deadTaskAlertMs),
      queueAgeAlertMs: settings.queueAgeAlertMs,
    };
  }

  #writeVerbPorts(): WriteVerbPorts {
    const ports = this.#ports;
    const { controlLink: link, subjects, resources, store, identities, random, clock, events, requireLeading } = ports;
    const nowMs = () => clock.nowMs();
    return {
      subjects,
      deploy: { link, resources, store, identities, audit: ports.audit, random, nowMs, requireLeading },
      events,
      requireLeading,
      onChange: () => this.#changed(),
    };
  }

  #operationPorts(): OperationPorts {
    const { subjects, store, clock, events, requireLeading } = this.#ports;
    return {
      subjects,
      store,
      membership: this.#membership,
      events,
      clock,
      view: () => this.#operationView(),
      limitDrain: (node, limitMs) => this.#draining.limit(node, limitMs),
      requireLeading,
      onChange: () => this.#changed(),
    };
  }

  #operationView(): OperationView {
    const { desired, deployments } = this.#ports.store.view;
    const { unplaced, lastHandOver } = this.#placement.placement;
    return {
      desired,
      deployment: desired && deployments.get(desired.current),
      rows: this.#rows(),
      membership: this.#membership.membership,
      unplaced,
      pauseMs: (replica, to) => {
        const last = lastHandOver(replica);
        return last?.to === to ? last.pauseMs : undefined;
      },
    };
  }

  #serve(): Service {
    const { controlLink, system, id, subjects, audit, logger, clock, requireLeading } = this.#ports;
    return serve(controlLink, {
      name: "troupe-supervisor",
      version: "0.1.0",
      description: `Control plane of the system ${system}`,
      metadata: { system, supervisor: id },
      logger,
      clock,
      endpoints: {
        ...readVerbs({
          subjects,
          index: this.#index,
          log: this.#log,
          view: () => this.#view(),
          alerts: (view) => this.#alerts.firingIn(view),
          placement: () => this.#placement.placement,
        }),
        ...audited(audit, OPERATION_KINDS, {
          ...writeVerbs(this.#writeVerbPorts()),
          ...operationVerbs(this.#operationPorts()),
        }),
        ...eventVerbs({ link: controlLink, subjects, clock, logger }),
        ...auditVerbs({ subjects, sealing: this.#sealing, requireLeading }),
      },
    });
  }
}
