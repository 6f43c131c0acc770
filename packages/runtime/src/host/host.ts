/**
 * A host runs the actors of one version of a system: for each role that it plays one connection with that role's rights (its seat), on it
 * the replicas that the node wants. It obeys its node, and tells it what it does; everything durable is in the task log, so a host may
 * die at any moment.
 */
import type { Clock } from "../clock.ts";
import { messageOf, TroupeError } from "../errors.ts";
import { type CompiledSystem, requireCompiled } from "../graph/compile.ts";
import { Suspects } from "../hop/suspects.ts";
import { type HopId, isHopId, requireTaskId, type TaskId } from "../ids.ts";
import type { Random } from "../random.ts";
import { supervisedGroups } from "../supervision/groups.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Tracer } from "../telemetry/tracing.ts";
import { Turns } from "../turns.ts";
import { isWithin } from "../within.ts";
import { ActorSupervisor } from "./actor-supervisor.ts";
import { BrokeredBlobs } from "./brokered-blobs.ts";
import { DeadIncarnations } from "./dead-incarnations.ts";
import type { FailpointOf } from "./failpoints.ts";
import { HeldDeliveries } from "./held.ts";
import {
  type Configure,
  type HostCommand,
  type HostEvent,
  type ReplicaReport,
  type ReplicaSpec,
  type RoleCredentials,
  replicaId,
} from "./ipc.ts";
import { loadSystem, type Roles } from "./load-system.ts";
import { watchLoopDelay } from "./loop-delay.ts";
import { NodeAsks } from "./node-asks.ts";
import type { Replica } from "./replica.ts";
import { RoleSeat, roleLink } from "./role-seat.ts";
import { RoleSeats } from "./role-seats.ts";

const REPORT_EVERY_MS = 250;
/** Without a connection nothing is on its way. */
const CATCH_UP_LIMIT_MS = 250;

export interface HostOptions {
  readonly configure: Configure;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Memory of the process that the host runs in, bytes. */
  readonly memoryBytes: () => number;
  /** Takes what the host says to its node. */
  readonly tell: (event: HostEvent) => void;
  /** Where hops of a role are to die; for tests. */
  readonly failpointOf?: FailpointOf | undefined;
  /** Absent = nothing is traced. */
  readonly tracer?: Tracer | undefined;
}

export class Host {
  readonly #options: HostOptions;
  readonly #system: CompiledSystem;
  readonly #roles: Roles;
  readonly #held: HeldDeliveries;
  readonly #dead = new DeadIncarnations();
  readonly #suspects: Suspects;
  readonly #blobs: BrokeredBlobs;
  readonly #asks: NodeAsks;
  readonly #supervisor: ActorSupervisor;
  readonly #seats = new RoleSeats((role) => this.#openSeat(role));
  readonly #replicas = new Map<string, Replica>();
  readonly #leaving = new Map<Replica, Promise<void>>();
  readonly #stopped = new AbortController();
  /** Commands are carried out one after another, in the order in which they came. */
  readonly #commands = new Turns();
  #isDraining = false;
  #credentials: RoleCredentials | undefined;
  #loopP99Ms = 0;

  private constructor(options: HostOptions, roles: Roles) {
    this.#options = options;
    this.#roles = roles;
    this.#system = requireCompiled(options.configure.deployment.manifest);
    this.#held = new HeldDeliveries(options.clock, (changes) => options.tell({ type: "held", changes }));
    this.#blobs = new BrokeredBlobs(options.tell);
    this.#asks = new NodeAsks(options.tell);
    const { tell, clock, random, logger } = options;
    this.#suspects = new Suspects(clock);
    this.#supervisor = new ActorSupervisor({
      groups: supervisedGroups(options.configure.deployment.manifest),
      actors: () => [...this.#replicas.values()],
      tell,
      clock,
      random,
      logger,
    });
    for (const died of options.configure.died) this.#dead.add(died);
    void this.#reportRegularly();
  }

  /** Loads the system. Throws `invalid_config` when it cannot run here. */
  static async open(options: HostOptions): Promise<Host> {
    return new Host(options, await loadSystem(options.configure));
  }

  /** Obeys a command; `exit` and `configure` are the process's business. Never throws. */
  obey(command: Exclude<HostCommand, { type: "configure" | "exit" }>): void {
    switch (command.type) {
      case "replicas":
        return this.#enqueue("replicas", () => this.#setReplicas(command.replicas, command.credentials));
      case "drain":
        return this.#enqueue("drain", () => this.#drain(command.limitMs));
      case "ended":
        // Not behind a drain that takes its time.
        return void this.#carryOut("ended", () => this.#end(command.ended.task, command.ended.hops));
      case "died":
        return this.#dead.add(command.died);
      case "blob":
        return this.#blobs.take(command);
      case "blob_stored":
        return this.#blobs.takeStored(command);
      case "answer":
        return this.#asks.take(command);
      case "flush":
        return void this.#carryOut("flush", () => this.#sayHeld(command.request));
    }
  }

  /** Says what it holds, with what the server had sent by now, be it still on its way here. */
  async #sayHeld(request: number): Promise<void> {
    await isWithin(this.#options.clock, CATCH_UP_LIMIT_MS, this.#seats.catchUp());
    this.flushHeld();
    this.#options.tell({ type: "flushed", request });
  }

  /** Tells the node now what is held; the last thing that a host does before it crashes. */
  flushHeld(): void {
    this.#held.flush();
  }

  /** Lets go of everything at once: what runs is aborted and given back. */
  async close(): Promise<void> {
    await this.#letGo(0);
    this.#stopped.abort();
    for (const seat of await this.#seats.opened()) await seat.close();
  }

  #enqueue(what: string, work: () => Promise<void>): void {
    void this.#commands.take(() => this.#carryOut(what, work));
  }

  async #carryOut(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.logger.error({ command: what, reason: messageOf(error) }, "host could not obey");
    }
  }

  async #setReplicas(wanted: readonly ReplicaSpec[], credentials: RoleCredentials | undefined): Promise<void> {
    if (this.#isDraining) return;
    const before = this.#credentials;
    this.#credentials = credentials;
    this.#renew(before, credentials);
    const byId = new Map(wanted.map((spec) => [replicaId(this.#options.configure.deployment.version, spec), spec]));
    for (const [id, replica] of this.#replicas) {
      const spec = byId.get(id);
      if (spec && (spec.generation ?? 0) === replica.generation) continue;
      this.#replicas.delete(id);
      void this.#retire(replica);
    }
    for (const { role, revoked = [] } of wanted) await this.#cutEdges(role, revoked);
    const added: Replica[] = [];
    for (const [id, spec] of byId) {
      const known = this.#replicas.get(id);
      const add = async () => void added.push(await this.#addReplica(id, spec));
      await this.#carryOut(`replica ${id}`, () => (known ? known.update(spec) : add()));
    }
    // Only now that every role is connected: a host that is busy connecting tells late what it took, and what its node has not heard of nobody
    // gives back when it dies. Not awaited: an instance that cannot be made is tried for as long as it is wanted, and must not hold up the others.
    for (const replica of added) void replica.start();
    this.#report();
  }

  /** Roles that have newer credentials sign in with them before the older ones end. */
  #renew(before: RoleCredentials = {}, now: RoleCredentials = {}): void {
    for (const [role, { seed }] of Object.entries(now)) {
      const seat = this.#seats.known(role);
      if (!seat || before[role] === undefined || before[role].seed === seed) continue;
      void this.#carryOut(`renew ${role}`, async () => (await seat).renew());
    }
  }

  /** Only where the role has a seat: a new one is told with its first replica. */
  async #cutEdges(role: string, revoked: readonly string[]): Promise<void> {
    const seat = await this.#seats.known(role)?.catch(() => undefined);
    seat?.cut(revoked);
  }

  async #addReplica(id: string, spec: ReplicaSpec): Promise<Replica> {
    const seat = await this.#seats.get(spec.role);
    seat.cut(spec.revoked ?? []);
    const replica = seat.replica(id, spec);
    this.#replicas.set(id, replica);
    return replica;
  }

  /** Lets a replica finish what it runs; it is reported until then. */
  async #retire(replica: Replica): Promise<void> {
    const stopping = replica.stop();
    this.#leaving.set(replica, stopping);
    try {
      await stopping;
    } catch (error) {
      this.#options.logger.error({ replica: replica.id, reason: messageOf(error) }, "replica did not stop in order");
    } finally {
      this.#leaving.delete(replica);
    }
  }

  async #drain(limitMs: number): Promise<void> {
    await this.#letGo(limitMs);
    this.#report();
    this.#options.tell({ type: "drained" });
  }

  /** Takes no more, waits for what runs, aborts and gives back what still runs after the limit. */
  async #letGo(limitMs: number): Promise<void> {
    this.#isDraining = true;
    const replicas = [...this.#replicas.values()];
    this.#replicas.clear();
    for (const replica of replicas) void this.#retire(replica);
    const inTime = new AbortController();
    void this.#abortAfter(limitMs, inTime.signal);
    await Promise.allSettled(this.#leaving.values());
    inTime.abort();
    this.#held.flush();
  }

  async #abortAfter(limitMs: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.clock.sleep(limitMs, signal);
    } catch {
      return; // everything finished in time: the only way a sleep rejects
    }
    for (const seat of await this.#seats.opened()) seat.running.abortAll("drain");
  }

  async #end(task: string, hops: readonly string[] | undefined): Promise<void> {
    const { id } = requireTaskId(task);
    const named = hops?.filter(isHopId);
    for (const seat of await this.#seats.opened()) seat.running.end(id, named);
  }

  /** Ends them here at once, and through the node everywhere. */
  #endHops(task: TaskId, hops: readonly HopId[]): void {
    void this.#carryOut("end hops", () => this.#end(task, hops));
    this.#options.tell({ type: "hops_ended", task, hops: [...hops] });
  }

  async #openSeat(role: string): Promise<RoleSeat> {
    const definition = this.#roles.get(role);
    if (!definition) throw new TroupeError("invalid_config", `the system defines no role ${role}`);
    const { configure, clock, random, logger, tell, failpointOf, tracer } = this.#options;
    const onRefused = () => tell({ type: "refused", role });
    return RoleSeat.open({
      configure,
      signIn: { ...roleLink(configure, () => this.#credentials, role), onRefused },
      system: this.#system,
      role,
      definition,
      held: this.#held,
      supervisor: this.#supervisor,
      dead: this.#dead,
      suspects: this.#suspects,
      blobs: this.#blobs,
      asks: this.#asks,
      endHops: (task, hops) => this.#endHops(task, hops),
      onTaking: () => this.#report(),
      failpoint: failpointOf?.(role),
      tracer,
      logMessage: configure.telemetry?.logsMessages ? (line) => tell({ type: "message", role, line }) : undefined,
      clock,
      random,
      logger,
    });
  }

  async #reportRegularly(): Promise<void> {
    const { clock } = this.#options;
    const loop = watchLoopDelay();
    while (!this.#stopped.signal.aborted) {
      this.#loopP99Ms = loop.p99Ms();
      this.#report();
      await clock.sleep(REPORT_EVERY_MS, this.#stopped.signal).catch(() => undefined);
    }
    loop.stop();
  }

  #report(): void {
    const replicas = new Map<string, ReplicaReport>();
    for (const replica of [...this.#leaving.keys(), ...this.#replicas.values()]) {
      replicas.set(replica.id, replica.report());
    }
    this.#options.tell({
      type: "report",
      replicas: [...replicas.values()],
      memoryBytes: this.#options.memoryBytes(),
      loopP99Ms: this.#loopP99Ms,
    });
  }
}
