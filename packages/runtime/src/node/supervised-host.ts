import type { Clock } from "../clock.ts";
import type { ActorFailure } from "../contracts/control.ts";
import { messageOf } from "../errors.ts";
import {
  type Configure,
  type HeldDelivery,
  type HostCommand,
  type ReplicaReport,
  type ReplicaSpec,
  type RoleCredentials,
  replicaId,
  silentReplica,
} from "../host/ipc.ts";
import type { Random } from "../random.ts";
import { decideRestart, HOST_INTENSITY } from "../supervision/intensity.ts";
import type { Logger } from "../telemetry/logger.ts";
import { isWithin } from "../within.ts";
import { HostLife, type LifeEvents } from "./host-life.ts";
import type { HostExit, StartHost } from "./host-process.ts";
import { fallsSilent } from "./host-silence.ts";
import { type StruckActor, struckActors } from "./struck-actors.ts";

/** How long an orderly exit may take before the host is killed; what it held is given back either way. */
const EXIT_LIMIT_MS = 3_000;

/** Signals that come from somebody else: an operator, a test, a machine that runs out of memory. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"]);

/** A host that ended without having been asked to, or that had to be killed. */
export interface HostDeath {
  readonly version: string;
  readonly incarnation: string;
  readonly reason: string;
}

export interface SupervisedHostOptions {
  readonly version: string;
  readonly startHost: StartHost;
  /** Sees to it that what its system loads is on this machine still; called before the host is started again. */
  readonly prepare: () => Promise<void>;
  /** First message of the next host process, with an incarnation that no earlier one had. */
  readonly configure: () => Configure;
  /** Gives back what an ended host held; called on every exit that left something in hand. */
  readonly giveBack: (held: readonly HeldDelivery[]) => Promise<void>;
  readonly onDeath: (death: HostDeath) => void;
  readonly blobs: LifeEvents["blobs"];
  readonly broker: LifeEvents["broker"];
  readonly telemetry: LifeEvents["telemetry"];
  readonly onHopsEnded: LifeEvents["onHopsEnded"];
  readonly onRefused: LifeEvents["onRefused"];
  readonly onReplicas: LifeEvents["onReplicas"];
  /** An actor that it was assigned failed, so that restarting it in place may not be enough. */
  readonly onFailure: (failure: ActorFailure, generation: number) => void;
  /** How long a host may say nothing before it is killed: its event loop is blocked, and nothing in it goes on. 0 = it may for ever. */
  readonly silenceLimitMs: number;
  /** Something that the heartbeat shows has changed. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Keeps one host alive for as long as it is wanted: starts it, starts it again when it dies (with growing waits; in a crash loop, or when
 * the system cannot run at all, once a minute), and gives back at once what a dead one held.
 */
export class SupervisedHost {
  readonly version: string;
  readonly #options: SupervisedHostOptions;
  readonly #unwanted = new AbortController();
  readonly #ended: Promise<void>;
  #assigned: readonly ReplicaSpec[];
  #credentials: RoleCredentials | undefined;
  #life: HostLife | undefined;
  readonly #killed = new WeakSet<HostLife>();
  #restarts: readonly number[] = [];
  #hasFailed = false;
  /** Somebody else has what it holds. */
  #isAbandoned = false;

  /** `credentials`: of the roles that it plays, where roles have accounts. */
  constructor(options: SupervisedHostOptions, assigned: readonly ReplicaSpec[], credentials?: RoleCredentials) {
    this.version = options.version;
    this.#options = options;
    this.#assigned = assigned;
    this.#credentials = credentials;
    this.#ended = this.#keepAlive();
  }

  get pid(): number | undefined {
    return this.#life?.process.pid;
  }
  get memoryBytes(): number {
    return this.#life?.memoryBytes ?? 0;
  }
  get loopP99Ms(): number {
    return this.#life?.loopP99Ms ?? 0;
  }

  /** What its replicas are doing: as the host says, and for those that it says nothing of, whether they may still be expected. */
  reports(): ReplicaReport[] {
    const told = new Map(this.#life?.reports.map((report) => [report.id, report]));
    for (const spec of this.#assigned) {
      const silent = silentReplica(this.version, spec, this.#hasFailed ? "failed" : "starting");
      if (!told.has(silent.id)) told.set(silent.id, silent);
    }
    return [...told.values()];
  }

  held(): readonly HeldDelivery[] {
    return this.#life?.held.all() ?? [];
  }

  /**
   * Sets what it should run, and what its roles sign in with from now on (default what they had). Repeating it is harmless, and heals what
   * a host could not do the first time.
   */
  assign(replicas: readonly ReplicaSpec[], credentials = this.#credentials): void {
    this.#assigned = replicas;
    this.#credentials = credentials;
    this.#life?.play(this.#replicas());
  }

  tell(command: Extract<HostCommand, { type: "ended" | "died" }>): void {
    this.#life?.process.send(command);
  }

  /** Has the host say what it holds now; whether it has within the limit. One that is not ready yet holds nothing. */
  async flush(limitMs: number): Promise<boolean> {
    if (this.#life?.isReady !== true) return true;
    return isWithin(this.#options.clock, limitMs, this.#life.flush());
  }

  /** Ends it in order: takes no more, finishes within the limit, gives the rest back, exits. */
  async retire(limitMs: number): Promise<void> {
    if (!this.#unwanted.signal.aborted) {
      this.#unwanted.abort();
      const life = this.#life;
      if (life) {
        life.process.send({ type: "drain", limitMs });
        await isWithin(this.#options.clock, limitMs + EXIT_LIMIT_MS, Promise.race([life.drained, life.process.exited]));
        await this.#exit(life);
      }
    }
    await this.#ended;
  }

  /** Ends it now; what runs is aborted and given back. */
  async stop(): Promise<void> {
    this.#unwanted.abort();
    if (this.#life) await this.#exit(this.#life);
    await this.#ended;
  }

  /** Kills it: the node is taken for dead, and what the host holds has been given to others. */
  async abandon(): Promise<void> {
    this.#isAbandoned = true;
    this.#unwanted.abort();
    this.#life?.process.kill();
    await this.#ended;
  }

  async #exit(life: HostLife): Promise<void> {
    life.process.send({ type: "exit" });
    const hasExited = await isWithin(this.#options.clock, EXIT_LIMIT_MS, life.process.exited);
    if (!hasExited) life.process.kill();
  }

  async #keepAlive(): Promise<void> {
    const { clock, random, logger, version } = this.#options;
    while (!this.#unwanted.signal.aborted) {
      const life = this.#start();
      void this.#killIfSilent(life);
      const exit = await life.process.exited;
      await this.#bury(life, exit);
      if (this.#unwanted.signal.aborted) {
        logger.info({ version, ...exit }, "host ended in order");
        return;
      }
      const decision =
        life.failure === undefined
          ? decideRestart(this.#restarts, clock.monotonicMs(), HOST_INTENSITY, random.unit())
          : ({ directive: "escalate", restarts: this.#restarts } as const);
      this.#restarts = decision.restarts;
      this.#hasFailed = decision.directive === "escalate";
      if (this.#hasFailed && this.#isOwnDoing(life, exit))
        this.#blame(this.#everyActor(), "exhausted", life.failure ?? "its host ends again and again");
      this.#options.onChange();
      const waitMs = decision.directive === "restart" ? decision.delayMs : HOST_INTENSITY.windowMs;
      logger.warn({ version, ...exit, failure: life.failure, waitMs }, "host ended; it is started again");
      await clock.sleep(waitMs, this.#unwanted.signal).catch(() => undefined);
      await this.#prepare();
    }
  }

  /** Without its code the host says itself that it cannot run, and is started again later. */
  async #prepare(): Promise<void> {
    const { prepare, logger, version } = this.#options;
    try {
      await prepare();
    } catch (error) {
      logger.error({ version, reason: messageOf(error) }, "the code of a version cannot be had now");
    }
  }

  #start(): HostLife {
    const { startHost, configure, onChange, onHopsEnded, onRefused, onReplicas, blobs, broker, telemetry, logger } =
      this.#options;
    const onReady = () => {
      this.#hasFailed = false;
      onChange();
    };
    const life = new HostLife(startHost, configure(), {
      onReady,
      onReplicas,
      onFailure: ({ kind, reason, ...struck }) => this.#blame([struck], kind, reason),
      onHopsEnded,
      onRefused,
      blobs,
      broker,
      telemetry,
    });
    this.#life = life;
    life.play(this.#replicas());
    const { incarnation, process } = life;
    logger.info({ version: this.version, pid: process.pid, incarnation }, "host started");
    return life;
  }

  /** What it runs, with the credentials of exactly these roles: what a host does not have, nobody can take from it. */
  #replicas(): Extract<HostCommand, { type: "replicas" }> {
    const replicas = [...this.#assigned];
    if (this.#credentials === undefined) return { type: "replicas", replicas };
    const played = new Set(replicas.map(({ role }) => role));
    const own = Object.entries(this.#credentials).filter(([role]) => played.has(role));
    return { type: "replicas", replicas, credentials: Object.fromEntries(own) };
  }

  async #bury(life: HostLife, exit: HostExit): Promise<void> {
    this.#life = undefined;
    const held = life.held.all();
    if (exit.code !== 0 && life.failure === undefined) {
      const how = exit.signal === undefined ? `exit code ${exit.code ?? "unknown"}` : `signal ${exit.signal}`;
      const reason = this.#killed.has(life) ? `silent for ${this.#options.silenceLimitMs} ms, killed` : how;
      this.#options.onDeath({ version: this.version, incarnation: life.incarnation, reason });
      if (this.#isOwnDoing(life, exit))
        this.#blame(struckActors(life.reports, held), "host_died", `its host ended: ${reason}`);
    }
    if (held.length > 0 && !this.#isAbandoned) await this.#options.giveBack(held);
  }

  /** Whether a host ended by what it ran. Who is killed from outside has done nothing. */
  #isOwnDoing(life: HostLife, { signal }: HostExit): boolean {
    return signal === undefined || !FROM_OUTSIDE.has(signal) || this.#killed.has(life);
  }

  /** What a host says of actors that it does not have is not believed. */
  #blame(struck: readonly StruckActor[], kind: ActorFailure["kind"], reason: string): void {
    for (const { actor, message } of struck) {
      const spec = this.#assigned.find((assigned) => replicaId(this.version, assigned) === actor);
      if (spec === undefined) continue;
      const failure = { actor, kind, reason: reason.slice(0, 500), ...(message === undefined ? {} : { message }) };
      this.#options.onFailure(failure, spec.generation ?? 0);
    }
  }

  #everyActor(): readonly StruckActor[] {
    return this.#assigned.map((spec) => ({ actor: replicaId(this.version, spec) }));
  }

  /** Nothing else reaches a host whose event loop is blocked. */
  async #killIfSilent(life: HostLife): Promise<void> {
    const { silenceLimitMs, clock, logger } = this.#options;
    if (silenceLimitMs === 0 || life.process.pid === undefined) return;
    const ended = new AbortController();
    void life.process.exited.then(() => ended.abort());
    if (!(await fallsSilent(life, silenceLimitMs, clock, ended.signal))) return;
    this.#killed.add(life);
    logger.error({ version: this.version, pid: life.process.pid, silenceLimitMs }, "host is silent; it is killed");
    life.process.kill();
  }
}
