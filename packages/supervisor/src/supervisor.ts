/**
 * A supervisor: competes for the lease, and leads while it holds it. Everything that it knows is rebuilt from NATS, what it knows of tasks at
 * its start and the rest at the beginning of a term, so it may be killed at any moment; nothing in the data plane waits for it.
 */
import {
  CasBucket,
  ensureMailboxes,
  ensureResources,
  Lease,
  type Link,
  messageOf,
  openLink,
  type ResourceSettings,
  StoreClock,
  Subjects,
  supervisorLinkName,
  TroupeError,
} from "@troupe/runtime/internal";
import { type OpenAuditTrail, openAuditTrail } from "./audit/audit-trail.ts";
import { type AuditSigning, openAuditSigning, sealAudit } from "./audit/seal-audit.ts";
import { auditSignIns } from "./audit/sign-ins.ts";
import { ControlEvents } from "./control-events.ts";
import { requireVersion } from "./desired/deploy.ts";
import { DesiredStore } from "./desired/desired-store.ts";
import { servedIdentities } from "./desired/identities.ts";
import { Leader, type Term } from "./leadership/leader.ts";
import { keepCluster } from "./leading/cluster-keeping.ts";
import type { LeadingPorts } from "./leading/leading-ports.ts";
import { keepTasks } from "./leading/task-keeping.ts";
import { listenForDisconnects } from "./membership/disconnects.ts";
import { hasGone, serviceProbe } from "./membership/node-probe.ts";
import { type Observing, observeTasks } from "./observing.ts";
import { mailboxesOf } from "./placement/wanted.ts";
import { QueueReader } from "./queues/queue-reader.ts";
import {
  type ResolvedSupervisorOptions,
  resolveSupervisorOptions,
  type SupervisorOptions,
} from "./supervisor-options.ts";

/** How often a standby looks at the lease. */
const STANDBY_LOOK_MS = 1_000;

/** A supervisor as the process that runs it sees it. */
export interface Supervisor {
  readonly id: string;
  readonly isLeading: boolean;
  /**
   * Connects, makes and verifies streams and buckets, and competes for the lease. Resolves when it leads and answers, or stands by.
   * Throws `wrong_server`, `unavailable`, `unauthorized`.
   */
  start(): Promise<void>;
  /** Gives the lease up and ends. */
  stop(): Promise<void>;
  /** Resolves once it has stopped; rejects when it could not go on. */
  readonly done: Promise<void>;
}

/** Makes a supervisor; nothing happens before it is started. Throws `invalid_id` or `invalid_config`. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new CompetingSupervisor(resolveSupervisorOptions(options));
}

class CompetingSupervisor implements Supervisor {
  readonly id: string;
  readonly done: Promise<void>;
  readonly #options: ResolvedSupervisorOptions;
  readonly #resources: ResourceSettings;
  readonly #ended: (error?: unknown) => void;
  readonly #stopping = new AbortController();
  #links: { readonly control: Link; readonly observer: Link } | undefined;
  #auditing: { readonly trail: OpenAuditTrail; readonly signing: AuditSigning } | undefined;
  #observing: Observing | undefined;
  #leader: Leader | undefined;
  #competing: Promise<void> = Promise.resolve();
  /** Ends the pause between two looks at the lease; replaced with each. */
  #wake = Promise.withResolvers<void>();
  /** Ends when everything of the last term has. */
  #leading: { readonly done: Promise<unknown> } = { done: Promise.resolve() };

  constructor(options: ResolvedSupervisorOptions) {
    this.id = options.id;
    this.#options = options;
    const { shards, replicas, system } = options;
    this.#resources = { subjects: new Subjects(system), shards, replicas };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.#ended = (error) => (error === undefined ? resolve() : reject(error));
  }

  get isLeading(): boolean {
    return this.#leader?.isLeading ?? false;
  }

  async start(): Promise<void> {
    if (this.#links || this.#stopping.signal.aborted)
      throw new TroupeError("conflict", `${this.id} was started before`);
    const { settings, clock, random, logger } = this.#options;
    const signing = await openAuditSigning(this.#options.auditKeyFile, logger);
    const links = {
      control: await this.#open(supervisorLinkName(this.id)),
      observer: await this.#open(`supervisor/${this.id}/observer`),
    };
    this.#links = links;
    const { subjects } = this.#resources;
    try {
      await ensureResources(links.control, this.#resources);
      const time = { link: links.control, stream: subjects.stream("INGRESS"), logger, signal: this.#stopping.signal };
      if (clock instanceof StoreClock) await clock.follow(time);
      const trail = openAuditTrail({ link: links.control, subjects, clock, random, logger });
      this.#auditing = { trail, signing };
      auditSignIns(links.control, logger, trail);
      const leases = new CasBucket({ link: links.control, subjects, bucket: "leases", schema: Lease, logger, clock });
      const { leaseMs, renewMs } = settings;
      const health = subjects.supervisor("health");
      const isLeaderGone = () => hasGone((timeoutMs) => serviceProbe(links.control, health, timeoutMs), clock);
      this.#leader = new Leader({ id: this.id, leases, leaseMs, renewMs, isLeaderGone, clock, logger });
      this.#observing = this.#observe(links.observer, trail);
      await this.#tick(this.#leader);
    } catch (error) {
      await this.#close();
      throw error;
    }
    if (!this.isLeading) logger.info("stands by");
    if (settings.heedsDisconnects) this.#watchRivals(links.control, this.#leader);
    this.#competing = this.#compete(this.#leader);
  }

  async stop(): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      this.#stopping.abort();
      await this.#competing;
      try {
        await this.#leader?.resign();
      } catch (error) {
        this.#options.logger.warn({ reason: messageOf(error) }, "the lease was not given up; it runs out by itself");
      }
      await this.#leading.done;
      await this.#close();
      this.#ended();
    }
    await this.done;
  }

  #observe(link: Link, audit: OpenAuditTrail): Observing {
    const { shards, settings, clock, logger } = this.#options;
    const { subjects } = this.#resources;
    const isLeading = () => this.isLeading;
    return observeTasks({ link, subjects, shards, settings, audit, isLeading, clock, logger });
  }

  /** A standby learns at once that the leader's connection has ended. Ends with the link. */
  #watchRivals(link: Link, leader: Leader): void {
    listenForDisconnects(link, this.#options.logger, (whose) => {
      if (whose.kind !== "supervisor" || whose.id === this.id || this.isLeading) return;
      leader.suspect(whose.id);
      this.#wake.resolve();
    });
  }

  async #compete(leader: Leader): Promise<void> {
    const { clock, settings, logger } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pauseMs = this.isLeading ? settings.renewMs : Math.min(settings.renewMs, STANDBY_LOOK_MS);
      this.#wake = Promise.withResolvers();
      const woken = new AbortController();
      const pause = clock.sleep(pauseMs, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
      await Promise.race([pause, this.#wake.promise]);
      woken.abort();
      if (signal.aborted) return;
      try {
        await this.#tick(leader);
      } catch (error) {
        logger.error({ reason: messageOf(error) }, "a term could not begin");
      }
    }
  }

  /** One look at the lease; leads when a term began. A term that cannot begin is given up, so that somebody else may try. */
  async #tick(leader: Leader): Promise<void> {
    const term = await leader.tick();
    if (!term) return;
    await this.#leading.done;
    try {
      this.#leading = await this.#lead(leader, term);
    } catch (error) {
      await leader.resign();
      throw error;
    }
  }

  /** Begins a term. Resolves when the supervisor answers; `done` when everything of the term has ended. */
  async #lead(leader: Leader, { epoch, signal }: Term): Promise<{ done: Promise<unknown> }> {
    const { ports, signing } = this.#leadingPorts(leader, epoch, signal);
    const { desired, deployments } = await ports.store.refresh();
    for (const version of desired ? [desired.current, ...desired.draining] : []) {
      const deployment = deployments.get(version);
      if (!deployment) continue;
      await ensureMailboxes(ports.controlLink, this.#resources, requireVersion(version), mailboxesOf(deployment));
    }
    const sealing = sealAudit(ports, signing);
    const tasks = keepTasks(ports);
    const cluster = await keepCluster(ports, tasks, sealing);
    // Whoever is told that this supervisor leads may ask it at once: the server must know its subscriptions.
    await ports.controlLink.nc.flush();
    ports.events.record({ name: "leader", about: this.id, reason: `leads with epoch ${epoch}` });
    return { done: Promise.allSettled([tasks.done, cluster.done, sealing.done]) };
  }

  #leadingPorts(
    leader: Leader,
    epoch: number,
    signal: AbortSignal,
  ): { readonly ports: LeadingPorts; readonly signing: AuditSigning } {
    const { system, shards, settings, alertWebhooks: webhooks, metrics, clock, random, logger } = this.#options;
    const links = this.#links;
    const auditing = this.#auditing;
    const observing = this.#observing;
    if (!links || !auditing || !observing)
      throw new TroupeError("invariant_violated", "a term began without a connection");
    const { subjects } = this.#resources;
    const { control: controlLink, observer: observerLink } = links;
    const from = { nowMs: () => clock.nowMs(), supervisor: this.id, epoch, term: signal };
    const ports: LeadingPorts = {
      system,
      id: this.id,
      epoch,
      subjects,
      shards,
      resources: this.#resources,
      controlLink,
      observerLink,
      store: new DesiredStore({ link: controlLink, subjects, logger, clock }),
      identities: servedIdentities(controlLink, subjects, clock),
      queues: new QueueReader(observerLink, subjects, shards),
      observer: observing.observer,
      approvals: observing.approvals,
      events: new ControlEvents(controlLink, subjects, logger, { ...from, onEvent: (name) => metrics?.noticed(name) }),
      metrics,
      audit: auditing.trail,
      settings,
      webhooks,
      clock,
      random,
      logger: logger.child({ epoch }),
      signal,
      requireLeading: () => leader.requireLeading(),
    };
    return { ports, signing: auditing.signing };
  }

  #open(name: string): Promise<Link> {
    const { link, logger, clock } = this.#options;
    return openLink({ ...link, name, logger, clock });
  }

  async #close(): Promise<void> {
    await this.#observing?.stop();
    this.#auditing?.trail.close();
    await Promise.all([this.#links?.control.close(), this.#links?.observer.close()]);
  }
}
