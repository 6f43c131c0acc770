import type { Died, Ended, ReportedFailure } from "../contracts/control.ts";
import type { Deployment } from "../contracts/system.ts";
import { messageOf, TroupeError } from "../errors.ts";
import { DeadIncarnations, hostIncarnation } from "../host/dead-incarnations.ts";
import {
  type Configure,
  type HeldDelivery,
  type LinkSettings,
  type ReplicaReport,
  type ReplicaSpec,
  type RoleCredentials,
  silentReplica,
} from "../host/ipc.ts";
import type { Logger } from "../telemetry/logger.ts";
import { FailureLog } from "./failure-log.ts";
import type { HostTelemetry } from "./host-telemetry.ts";
import { type HostAssignments, versionOfHost } from "./placement.ts";
import type { RoleCredentialsSource } from "./role-credentials.ts";
import { type HostDeath, SupervisedHost, type SupervisedHostOptions } from "./supervised-host.ts";

/** How long hosts may take to say what they hold. */
const FLUSH_LIMIT_MS = 400;

type Inherited = Pick<
  SupervisedHostOptions,
  | "startHost"
  | "giveBack"
  | "onChange"
  | "onHopsEnded"
  | "onReplicas"
  | "silenceLimitMs"
  | "blobs"
  | "broker"
  | "clock"
  | "random"
  | "logger"
>;

export interface HostFleetOptions extends Inherited {
  readonly system: string;
  readonly node: string;
  readonly incarnation: string;
  readonly hostLink: LinkSettings;
  readonly loader: string | undefined;
  /** Gets the code of a source onto this machine, where it is in a bundle; throws when that cannot be done now. */
  readonly bundleOf: (source: Deployment["source"]) => Promise<Configure["bundle"]>;
  readonly drainLimitMs: number;
  /** Reads what was deployed as a version; throws when it cannot be read, and is then asked again later. */
  readonly deploymentOf: (version: string) => Promise<Deployment>;
  /** What hosts are told to tell of themselves, and who takes it. */
  readonly telemetry: HostTelemetry;
  /** Where the roles' credentials come from. */
  readonly credentials: RoleCredentialsSource;
  /** A host of this node has died. */
  readonly onDeath: (died: Died) => void;
}

/** The hosts of a node: one for each version that it has replicas of, and one for each replica that runs alone. */
export class HostFleet {
  readonly #options: HostFleetOptions;
  readonly #logger: Logger;
  readonly #hosts = new Map<string, SupervisedHost>();
  readonly #retiring = new Map<SupervisedHost, Promise<void>>();
  readonly #dead = new DeadIncarnations();
  readonly #failures = new FailureLog();
  /** Replicas whose version cannot be read; they are reported, so that nobody takes them for running. */
  #unreadable: readonly ReplicaReport[] = [];
  #started = 0;
  #isClosed = false;

  constructor(options: HostFleetOptions) {
    this.#options = options;
    this.#logger = options.logger;
  }

  /**
   * Brings the hosts in line with the assignments. Level-triggered: called again and again with whatever holds now. Returns whether every
   * version could be read; if not, it wants to be called again soon.
   */
  async converge(assignments: HostAssignments): Promise<boolean> {
    if (this.#isClosed) return true;
    for (const [name, host] of this.#hosts) {
      if (assignments.has(name)) continue;
      this.#hosts.delete(name);
      void this.#retire(host, this.#options.drainLimitMs);
    }
    const unreadable: ReplicaReport[] = [];
    let isComplete = true;
    for (const [name, replicas] of assignments) {
      const version = versionOfHost(name);
      const known = this.#hosts.get(name);
      const isDone = known ? await this.#assign(known, replicas) : await this.#start(name, version, replicas);
      isComplete &&= isDone;
      if (!known && !isDone) unreadable.push(...replicas.map((r) => silentReplica(version, r, "starting")));
    }
    this.#unreadable = unreadable;
    return isComplete;
  }

  /** What it should run counts even where credentials cannot be had now: it goes on with those that it has. */
  async #assign(host: SupervisedHost, replicas: readonly ReplicaSpec[]): Promise<boolean> {
    try {
      host.assign(replicas, await this.#credentialsOf(host.version, replicas));
      return true;
    } catch (error) {
      this.#logger.error({ version: host.version, reason: messageOf(error) }, "no credentials of its roles now");
      host.assign(replicas);
      return false;
    }
  }

  #credentialsOf(version: string, replicas: readonly ReplicaSpec[]): Promise<RoleCredentials | undefined> {
    return this.#options.credentials.of(version, [...new Set(replicas.map(({ role }) => role))]);
  }

  /** Hands a notice to all hosts. */
  tellEnded(ended: Ended): void {
    for (const host of this.#all()) host.tell({ type: "ended", ended });
  }
  tellDied(died: Died): void {
    this.#dead.add(died);
    for (const host of this.#all()) host.tell({ type: "died", died });
  }

  reports(): ReplicaReport[] {
    const reports = new Map<string, ReplicaReport>();
    for (const host of this.#all()) for (const report of host.reports()) reports.set(report.id, report);
    return [...this.#unreadable, ...reports.values()];
  }
  /** The newest failures of its actors. */
  failures(): readonly ReportedFailure[] {
    return this.#failures.recent(this.#options.clock.monotonicMs());
  }
  get memoryBytes(): number {
    return this.#all().reduce((sum, host) => sum + host.memoryBytes, 0);
  }
  get loopP99Ms(): number {
    return this.#all().reduce((worst, host) => Math.max(worst, host.loopP99Ms), 0);
  }
  /** Process ids of the hosts that have one of their own. */
  get pids(): number[] {
    return this.#all().flatMap((host) => host.pid ?? []);
  }

  /**
   * Everything that the hosts hold at this moment. Throws `unavailable` when one of them does not say: what it has taken since its last word
   * would be given to others while it works on it.
   */
  async held(): Promise<HeldDelivery[]> {
    const hosts = this.#all();
    const haveSaid = await Promise.all(hosts.map((host) => host.flush(FLUSH_LIMIT_MS)));
    if (haveSaid.includes(false)) throw new TroupeError("unavailable", "a host does not say what it holds");
    return hosts.flatMap((host) => host.held());
  }

  /** Ends all hosts in order; no further ones are started. */
  async drain(limitMs: number): Promise<void> {
    this.#isClosed = true;
    for (const host of this.#hosts.values()) void this.#retire(host, limitMs);
    this.#hosts.clear();
    await Promise.all(this.#retiring.values());
  }

  /** Ends all hosts now. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#all().map((host) => host.stop()));
  }

  /** Kills all hosts, and gives nothing back of what they held: others have it. */
  async abandon(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#all().map((host) => host.abandon()));
  }

  async #start(name: string, version: string, replicas: readonly ReplicaSpec[]): Promise<boolean> {
    let deployment: Deployment;
    let credentials: RoleCredentials | undefined;
    let bundle: Configure["bundle"];
    try {
      deployment = await this.#options.deploymentOf(version);
      bundle = await this.#options.bundleOf(deployment.source);
      credentials = await this.#credentialsOf(version, replicas);
    } catch (error) {
      this.#logger.error({ version, reason: messageOf(error) }, "version cannot be started yet; trying again");
      return false;
    }
    if (this.#isClosed) return false;
    this.#hosts.set(name, this.#supervise({ deployment, bundle }, credentials, replicas));
    return true;
  }

  #supervise(
    code: Pick<Configure, "deployment" | "bundle">,
    given: RoleCredentials | undefined,
    replicas: readonly ReplicaSpec[],
  ): SupervisedHost {
    const { version, source } = code.deployment;
    const { startHost, giveBack, onChange, onHopsEnded, onReplicas, silenceLimitMs, blobs, broker, clock, random } =
      this.#options;
    const { system, node, incarnation, hostLink, loader, drainLimitMs, telemetry } = this.#options;
    const options: SupervisedHostOptions = {
      version,
      startHost,
      prepare: async () => void (await this.#options.bundleOf(source)),
      configure: () => ({
        type: "configure",
        system,
        node,
        incarnation: hostIncarnation(incarnation, ++this.#started),
        link: hostLink,
        ...code,
        loader,
        drainLimitMs,
        logLevel: this.#logger.level,
        died: this.#dead.all(),
        telemetry: telemetry.told,
      }),
      telemetry,
      giveBack,
      onDeath: (death) => this.#onDeath(death),
      onChange,
      onHopsEnded,
      onRefused: (role) => {
        this.#options.credentials.refused(version, role);
        onChange();
      },
      onReplicas,
      onFailure: (failure, generation) => {
        this.#failures.add(failure, generation, clock.monotonicMs());
        onReplicas();
      },
      silenceLimitMs,
      blobs,
      broker,
      clock,
      random,
      logger: this.#logger,
    };
    return new SupervisedHost(options, replicas, given);
  }

  #onDeath({ incarnation, reason }: HostDeath): void {
    const died: Died = { v: 1, node: this.#options.node, incarnation, reason };
    // First, so that whoever gets the dead host's messages already knows.
    this.tellDied(died);
    this.#options.onDeath(died);
  }

  async #retire(host: SupervisedHost, limitMs: number): Promise<void> {
    const retiring = host.retire(limitMs);
    this.#retiring.set(host, retiring);
    try {
      await retiring;
    } finally {
      this.#retiring.delete(host);
      this.#options.onChange();
    }
  }

  #all(): SupervisedHost[] {
    return [...this.#retiring.keys(), ...this.#hosts.values()];
  }
}
