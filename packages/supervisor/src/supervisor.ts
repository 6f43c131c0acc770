/**
 * A supervisor: competes for the lease, and leads while it holds it. Everything that it knows is rebuilt from NATS, what it knows of tasks at
 * its start and the rest at the beginning of a term, so it may be killed at any moment; nothing in the data plane waits for it.
 */
import {
  CasBucket,
  type ErrorCode,
  ensureResources,
  followStore,
  isWithin,
  Lease,
  type Link,
  messageOf,
  openLink,
  type ResourceSettings,
  Subjects,
  supervisorLinkName,
  TroupeError,
} from "@troupe/runtime/internal";
import { type OpenAuditTrail, openAuditTrail } from "./audit/audit-trail.ts";
import { type AuditSigning, openAuditSigning } from "./audit/seal-audit.ts";
import { auditSignIns } from "./audit/sign-ins.ts";
import { ControlEvents } from "./control-events.ts";
import { DesiredStore } from "./desired/desired-store.ts";
import { servedIdentities } from "./desired/identities.ts";
import { Leader, type Term } from "./leadership/leader.ts";
import { type Led, lead } from "./leading/lead.ts";
import type { LeadingPorts } from "./leading/leading-ports.ts";
import { untilAnswered } from "./loop.ts";
import { listenForDisconnects } from "./membership/disconnects.ts";
import { hasGone, serviceProbe } from "./membership/node-probe.ts";
import { type Observing, observeTasks } from "./observing.ts";
import { QueueReader } from "./queues/queue-reader.ts";
import {
  type ResolvedSupervisorOptions,
  resolveSupervisorOptions,
  type SupervisorOptions,
} from "./supervisor-options.ts";

/** For so long a store that does not answer is asked for the streams: one that is starting, or between leaders. */
const STORE_MS = 60_000;
/** For so long a new term waits for what the one before it was doing. */
const LAST_ROUNDS_MS = 20_000;
/** By these a term ends, or does not begin, without anything being wrong with this supervisor: it goes on competing. */
const PASSING: ReadonlySet<ErrorCode> = new Set(["unavailable", "outcome_unknown", "lease_lost"]);

/** A supervisor as the process that runs it sees it. */
export interface Supervisor {
  readonly id: string;
  readonly isLeading: boolean;
  /**
   * Connects, makes and verifies streams and buckets, and competes for the lease. Resolves when it leads and answers, or stands by. A store that
   * does not answer is asked again for a minute. Throws `wrong_server`, `unavailable`, `unauthorized`.
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
  /** The last term: resolves when it has begun, rejects when it could not. */
  #term: Promise<Led> = Promise.resolve({ done: Promise.resolve() });

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
      const waiting = { clock, logger, signal: this.#stopping.signal };
      await untilAnswered("the streams", STORE_MS, waiting, () => ensureResources(links.control, this.#resources));
      await followStore(clock, { link: links.control, subjects, logger });
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
      // Its lease is renewed while the first term begins.
      this.#competing = this.#compete(this.#leader);
      if (settings.heedsDisconnects) this.#watchRivals(links.control, this.#leader);
      await this.#term.catch((error: unknown) => {
        if (!(error instanceof TroupeError && PASSING.has(error.code))) throw error;
      });
    } catch (error) {
      await this.stop();
      throw error;
    }
    if (!this.isLeading) logger.info("stands by");
  }

  async stop(): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      this.#stopping.abort();
      await this.#competing;
      if (this.#leader) await this.#resign(this.#leader);
      await over(this.#term);
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
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      const woken = new AbortController();
      const pause = clock.sleep(leader.nextLookMs, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
      await Promise.race([pause, this.#wake.promise]);
      woken.abort();
      if (!signal.aborted) await this.#tick(leader);
    }
  }

  /** One look at the lease. A term that began with it begins to be led; that takes its time, in which the lease is renewed. */
  async #tick(leader: Leader): Promise<void> {
    const term = await leader.tick();
    if (!term) return;
    this.#term = this.#lead(leader, term, this.#term);
    this.#term.catch((error: unknown) => {
      this.#options.logger.error({ reason: messageOf(error) }, "a term could not begin");
    });
  }

  /** Leads once everything of the term before has ended. A term that cannot begin is given up, so that somebody else may try. */
  async #lead(leader: Leader, { epoch, signal }: Term, before: Promise<Led>): Promise<Led> {
    try {
      if (!(await isWithin(this.#options.clock, LAST_ROUNDS_MS, over(before))))
        throw new TroupeError("unavailable", "the term before has not ended yet");
      signal.throwIfAborted();
      const { ports, signing } = this.#leadingPorts(leader, epoch, signal);
      return await lead(ports, signing);
    } catch (error) {
      // What is over need not be given up, and a later term must not be.
      if (!signal.aborted) await this.#resign(leader);
      throw error;
    }
  }

  async #resign(leader: Leader): Promise<void> {
    try {
      await leader.resign();
    } catch (error) {
      this.#options.logger.warn({ reason: messageOf(error) }, "the lease was not given up; it runs out by itself");
    }
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
    const from = { clock, supervisor: this.id, epoch, term: signal };
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
      identities: servedIdentities(controlLink, subjects, { clock, logger, signal }),
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

/** Resolves when everything of a term has ended; one that could not begin has, and said why. */
const over = (term: Promise<Led>): Promise<unknown> => term.then(({ done }) => done).catch(() => undefined);
