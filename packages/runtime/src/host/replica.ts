import type { RoleDefinition, RoleInstance } from "../actor/define.ts";
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { executeHop } from "../hop/execute.ts";
import type { HopEnd } from "../hop/hop-end.ts";
import type { HopPorts, HopRole } from "../hop/ports.ts";
import { toDelivery } from "../log/jetstream-log.ts";
import type { Link } from "../nats/connection.ts";
import type { PulledMessage } from "../nats/held-messages.ts";
import { type PullLoop, startPull } from "../nats/pull.ts";
import { decideRestart, type RestartIntensity } from "../supervision/intensity.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { ActorSupervisor, Restart, RestartableActor, RunFailure } from "./actor-supervisor.ts";
import type { HeldDeliveries } from "./held.ts";
import type { MeasureHop } from "./hop-measure.ts";
import type { ReplicaReport, ReplicaSpec } from "./ipc.ts";

/** Instances that cannot even be made: after a few tries in a minute, one try a minute. */
const CREATION_INTENSITY: RestartIntensity = { maxRestarts: 3, windowMs: 60_000, baseMs: 1_000, maxMs: 10_000 };
/** Weight of the newest run in the mean. */
const MEAN_WEIGHT = 0.1;

/** What a replica is made of; everything but `spec` is the same for all replicas of a mailbox. */
export interface ReplicaOptions {
  readonly id: string;
  readonly spec: ReplicaSpec;
  readonly link: Link;
  readonly stream: string;
  readonly durable: string;
  readonly definition: RoleDefinition;
  /** Everything of the hop's role but the instance. */
  readonly role: Omit<HopRole, "instance">;
  readonly ports: HopPorts;
  readonly held: HeldDeliveries;
  readonly supervisor: Pick<ActorSupervisor, "failed" | "worked" | "notCreated">;
  /** It takes messages now, or takes none any more: whoever hands over waits for it. */
  readonly onTaking: () => void;
  /** Told how hops end; absent = nobody asks. */
  readonly measure?: MeasureHop | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * An actor: one instance of a role, fed by its own pull loop with as many messages at once as its slots. A handler that throws gets a
 * fresh instance for the next message (let it crash); messages that still run finish on the instance they began with. What no error of the
 * handler's own choosing explains goes to the host's supervisor, which may restart others as well, or let the actor rest.
 */
export class Replica implements RestartableActor {
  readonly id: string;
  readonly #options: ReplicaOptions;
  readonly #stopped = new AbortController();
  #spec: ReplicaSpec;
  #loop: PullLoop | undefined;
  #role: HopRole | undefined;
  #creations: readonly number[] = [];
  #hasFailed = false;
  #isTaking = false;
  #inFlight = 0;
  #done = 0;
  #failed = 0;
  #meanMs = 0;

  constructor(options: ReplicaOptions) {
    this.id = options.id;
    this.#options = options;
    this.#spec = options.spec;
  }

  get role(): string {
    return this.#options.role.role;
  }
  get inFlight(): number {
    return this.#inFlight;
  }
  get generation(): number {
    return this.#spec.generation ?? 0;
  }

  report(): ReplicaReport {
    return {
      id: this.id,
      epoch: this.#spec.epoch,
      generation: this.generation,
      state: this.#state(),
      isTaking: this.#isTaking,
      inFlight: this.#inFlight,
      done: this.#done,
      failed: this.#failed,
      meanMs: Math.round(this.#meanMs * 100) / 100,
      ...this.#silence(),
    };
  }

  #silence(): { silentMs?: number } {
    const silentMs = this.#role && this.#options.ports.running.silentMs(this.#role.instance);
    return silentMs === undefined ? {} : { silentMs: Math.round(silentMs) };
  }

  /** Makes the instance and begins to pull. Never throws: an instance that cannot be made shows in the report and is tried again. */
  async start(): Promise<void> {
    await this.#renewInstance();
    if (this.#stopped.signal.aborted) return;
    const { link, stream, durable, logger, clock, ports } = this.#options;
    this.#loop = startPull({
      link,
      stream,
      durable,
      slots: this.#spec.concurrency,
      isPaused: this.#spec.isPaused,
      run: (message) => this.#run(message),
      logger,
      clock,
      random: ports.random,
    });
    this.#takes(!this.#spec.isPaused);
  }

  /** Takes over what changed: epoch, slots, paused or not. */
  async update(spec: ReplicaSpec): Promise<void> {
    const before = this.#spec;
    this.#spec = spec;
    if (!this.#loop) return;
    if (spec.concurrency !== before.concurrency) this.#loop.resize(spec.concurrency);
    if (spec.isPaused === before.isPaused) return;
    if (spec.isPaused) await this.#takeNothing();
    else if (this.#role) this.#takeAgain();
  }

  /** Replaces the instance after the wait. Does nothing while that is already under way. */
  async restart({ delayMs, isResting, isAborting }: Restart): Promise<void> {
    const old = this.#role;
    if (!old || this.#stopped.signal.aborted) return;
    this.#role = undefined;
    if (isAborting) this.#options.ports.running.abortOf(old.instance);
    if (delayMs > 0) {
      this.#hasFailed = isResting;
      await this.#takeNothing();
      await this.#options.clock.sleep(delayMs, this.#stopped.signal).catch(() => undefined);
    }
    await this.#renewInstance();
    await this.#dispose(old.instance);
  }

  /** Takes no more messages, waits for those that run, disposes of the instance. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop?.pause();
    this.#takes(false);
    await this.#loop?.stop();
    const instance = this.#role?.instance;
    this.#role = undefined;
    if (instance) await this.#dispose(instance);
  }

  #takes(isTaking: boolean): void {
    if (isTaking === this.#isTaking) return;
    this.#isTaking = isTaking;
    this.#options.onTaking();
  }

  async #run(message: PulledMessage): Promise<void> {
    const { stream, durable, clock, held, ports } = this.#options;
    const { streamSequence, consumerSequence } = message;
    const role = this.#role;
    if (!role) return message.giveBack();
    const beganMs = clock.monotonicMs();
    const hold = held.take({ stream, durable, streamSequence, consumerSequence });
    // Its last executor may have died of it: should this one as well, the node must know of what.
    if (message.deliveries > 1) held.flush();
    this.#inFlight++;
    try {
      const end = await executeHop(toDelivery(message), role, ports);
      const ranMs = clock.monotonicMs() - beganMs;
      this.#account(end, ranMs);
      this.#options.measure?.(end, ranMs, message);
      // Several messages of one instance may fail for one reason.
      if (hasThrown(end) && this.#role === role) {
        const failure = failureIn(end, `${stream}/${streamSequence}`);
        if (failure) this.#options.supervisor.failed(this, failure);
        else await this.restart({ delayMs: 0, isResting: false, isAborting: false });
      }
    } catch (error) {
      this.#failed++;
      throw error;
    } finally {
      this.#inFlight--;
      held.release(hold);
    }
  }

  #account(end: HopEnd, ranMs: number): void {
    switch (end.kind) {
      case "committed":
      case "waiting":
        this.#done++;
        this.#options.supervisor.worked(this);
        this.#meanMs = this.#done === 1 ? ranMs : this.#meanMs + MEAN_WEIGHT * (ranMs - this.#meanMs);
        return;
      case "retry":
      case "parked":
        this.#failed++;
        return;
      case "joined":
      case "settled":
      case "ended":
      case "unavailable":
      case "drained":
      case "dropped":
        return;
    }
  }

  async #takeNothing(): Promise<void> {
    await this.#loop?.pause();
    this.#takes(false);
  }

  #takeAgain(): void {
    if (!this.#loop || this.#isTaking || this.#spec.isPaused) return;
    this.#loop.resume();
    this.#takes(true);
  }

  /** Makes the instance, however long it takes, and lets it take messages. */
  async #renewInstance(): Promise<void> {
    const { clock, ports, supervisor } = this.#options;
    while (!this.#stopped.signal.aborted) {
      const problem = this.#createInstance();
      if (problem === undefined) return this.#takeAgain();
      await this.#takeNothing();
      const decision = decideRestart(this.#creations, clock.monotonicMs(), CREATION_INTENSITY, ports.random.unit());
      this.#creations = decision.restarts;
      if (decision.directive === "escalate") supervisor.notCreated(this, problem);
      const waitMs = decision.directive === "restart" ? decision.delayMs : CREATION_INTENSITY.windowMs;
      await clock.sleep(waitMs, this.#stopped.signal).catch(() => undefined);
    }
  }

  /** Returns why it could not be made, if it could not. */
  #createInstance(): string | undefined {
    const { definition, role, logger } = this.#options;
    try {
      this.#role = { ...role, instance: definition.create() };
      this.#hasFailed = false;
      return undefined;
    } catch (error) {
      this.#hasFailed = true;
      logger.error({ replica: this.id, reason: messageOf(error) }, "instance could not be made");
      return messageOf(error);
    }
  }

  async #dispose(instance: RoleInstance): Promise<void> {
    try {
      await instance.dispose?.();
    } catch (error) {
      this.#options.logger.warn({ replica: this.id, reason: messageOf(error) }, "instance did not stop in order");
    }
  }

  #state(): ReplicaReport["state"] {
    if (this.#hasFailed) return "failed";
    if (!this.#loop || !this.#role) return "starting";
    return this.#inFlight > 0 ? "busy" : "available";
  }
}

type Thrown = Extract<HopEnd, { kind: "retry" | "parked" }>;

/** Whether the handler threw, so that its instance may be in any state. */
const hasThrown = (end: HopEnd): end is Thrown =>
  end.kind === "retry" || (end.kind === "parked" && end.hasThrown && failureIn(end, "") !== undefined);

/** What failed was the actor, not only its message; an error with a code is an answer that the handler chose. */
function failureIn({ error: { code, message: reason } }: Thrown, message: string): RunFailure | undefined {
  if (code === "handler_stuck") return { kind: "stuck", reason, message };
  return code === "handler_failed" ? { kind: "crashed", reason, message } : undefined;
}
