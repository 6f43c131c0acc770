/**
 * Gateways under load in virtual time, on a store and a network that fail as the real ones do, while gateways die, stop and are cut off between
 * any two awaits. Door, waiting room, keys and limiter are the product's own.
 */
import { type Priority, type Random, seededRandom, type TaskId, TroupeError } from "@troupe/runtime/internal";
import { oneOf, type SimProcess, SimTime } from "@troupe/runtime/internal-testing";
import { callerKey } from "../ingress/idempotency-keys.ts";
import type { Submission } from "../ingress/ingress.ts";
import type { Limit, LimitVerdict } from "../limits/rate-limiter.ts";
import { beginGateway, type GatewayLife, type SimGatewayWorld } from "./sim-gateway.ts";
import { type SimTask, SimTasks } from "./sim-tasks.ts";

const GATEWAYS = ["g1", "g2", "g3"];
const TENANTS = ["a", "b", "c"];
const PRIORITIES: readonly Priority[] = ["interactive", "normal", "batch"];
const TROUBLE_MS = 60_000;
/** Lost ends are looked for within it, whatever waits has its turn, and what came too late has come. */
const SETTLE_MS = 120_000;
const RESTART_MS = 2_000;
const SUBMISSIONS = 70;
const QUEUED = 8;
const ANSWER_MS = 4_000;
const LIMIT: Limit = { name: "tenant", quota: 25, windowMs: 20_000 };

export interface DoorRun {
  readonly violation: string | undefined;
  /** What came about: accepted, refused as overloaded, of unknown outcome, limited; gateways that died. */
  readonly seen: { accepted: number; refused: number; unknown: number; limited: number; died: number };
}

/** One run; the same for the same seed. */
export const runDoors = (seed: number): Promise<DoorRun> => new SimDoors(seed).run();

class SimDoors {
  readonly #random: Random;
  readonly #time = new SimTime();
  readonly #server: SimTasks;
  readonly #world: SimGatewayWorld;
  readonly #lives = new Map<string, GatewayLife>();
  /** Every task id that a client was given, by the number of its submission. */
  readonly #accepted = new Map<number, Set<TaskId>>();
  readonly #allowed = new Map<string, number>();
  readonly #seen = { accepted: 0, refused: 0, unknown: 0, limited: 0, died: 0 };
  #lifeCount = 0;
  #uncounted = 0;
  #violation: string | undefined;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    const random = this.#random;
    const inFlightLimit = 1 + Math.floor(random.unit() * 4);
    this.#server = new SimTasks({
      time: this.#time,
      random,
      workMs: () => random.unit() * 3_000,
      keptMs: 15_000,
      onStart: (task) => this.#onStart(task),
    });
    this.#world = {
      time: this.#time,
      random,
      server: this.#server,
      inFlightLimit,
      backlogLimit: 12,
      onUncounted: () => this.#uncounted++,
    };
    for (const name of GATEWAYS) this.#begin(name);
  }

  async run(): Promise<DoorRun> {
    const { wire } = this.#server;
    const isBroken = () => this.#violation !== undefined;
    wire.network = { lostRate: this.#random.unit() * 0.15, staleRate: this.#random.unit() * 0.1 };
    for (let number = 0; number < SUBMISSIONS; number++)
      this.#time.after(this.#random.unit() * TROUBLE_MS, () => void this.#client(number));
    for (let number = SUBMISSIONS; number < SUBMISSIONS + QUEUED; number++)
      this.#time.after(this.#random.unit() * TROUBLE_MS, () => this.#queue(number));
    for (let trouble = this.#random.unit() * 8; trouble > 0; trouble--) this.#trouble();
    await this.#time.run(TROUBLE_MS, isBroken);
    wire.network = { lostRate: 0, staleRate: 0 };
    await this.#time.run(TROUBLE_MS + SETTLE_MS, isBroken);
    if (!isBroken()) this.#checkEnd();
    return { violation: this.#violation, seen: this.#seen };
  }

  #pick<T>(all: readonly T[]): T {
    return oneOf(all, this.#random);
  }

  #begin(name: string): void {
    this.#lives.set(name, beginGateway(`${name}/${++this.#lifeCount}`, this.#world));
  }

  #trouble(): void {
    const name = this.#pick(GATEWAYS);
    const kind = this.#pick(["kill", "stop", "cut"] as const);
    const forMs = this.#random.unit() * 40_000;
    this.#time.after(this.#random.unit() * TROUBLE_MS * 0.9, () => {
      const life = this.#lives.get(name);
      if (!life) return;
      if (kind === "kill") return this.#kill(name, life);
      if (kind === "stop") life.process.stop();
      else life.process.isCutOff = true;
      this.#time.after(Math.min(forMs, TROUBLE_MS - this.#time.nowMs), () => {
        life.process.goOn();
        life.process.isCutOff = false;
      });
    });
  }

  #kill(name: string, life: GatewayLife): void {
    life.process.kill();
    this.#seen.died++;
    this.#lives.delete(name);
    this.#time.after(RESTART_MS, () => this.#begin(name));
  }

  /** A message for a `queue`, stored by the server before anybody sees it: it becomes one task. */
  #queue(number: number): void {
    const body = Buffer.from(JSON.stringify({ input: { number } }));
    const subject = this.#server.subjects.tasks("door", "queue");
    this.#server.ingress.append({ subject, header: {}, encoding: "json", body });
  }

  /** A client: with a key it asks until it has an answer, at any gateway; without one it asks once. */
  async #client(number: number): Promise<void> {
    const tenant = this.#pick(TENANTS);
    const priority = this.#pick(PRIORITIES);
    const session = this.#random.unit() < 0.2 ? { session: this.#pick(["s1", "s2"]) } : {};
    const key = this.#random.unit() < 0.7 ? callerKey(tenant, `key ${number}`) : undefined;
    const request = { input: { number }, priority, ...session };
    for (;;) {
      const answer = await this.#ask({ role: "door", request, tenant, key });
      if (answer === "again") await this.#pause(1_000 + this.#random.unit() * 3_000);
      else return this.#answered(number, answer);
      if (key === undefined) return;
    }
  }

  #answered(number: number, task: TaskId): void {
    this.#seen.accepted++;
    const tasks = this.#accepted.get(number) ?? new Set();
    this.#accepted.set(number, tasks.add(task));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#time.after(ms, resolve));
  }

  /** One request to one gateway. The answer may get lost with the gateway. */
  #ask(submission: Submission): Promise<TaskId | "again"> {
    return new Promise((resolve) => {
      this.#time.after(ANSWER_MS, () => resolve("again"));
      const life = this.#lives.get(this.#pick(GATEWAYS));
      if (!life?.process.isRunning) return;
      this.#serve(life, submission).then(
        (task) => life.process.after(0, () => resolve(task)),
        (error: unknown) => {
          if (!TroupeError.is(error)) this.#broken(`a door throws ${String(error)}`);
          else if (error.code === "overloaded") this.#seen.refused++;
          else if (error.code === "rate_limited") this.#seen.limited++;
          else this.#seen.unknown++;
          resolve("again");
        },
      );
    });
  }

  async #serve(life: GatewayLife, submission: Submission): Promise<TaskId> {
    const verdict = await life.limiter.take(LIMIT, submission.tenant);
    if (!verdict.isAllowed) throw new TroupeError("rate_limited", "too many requests");
    this.#onAllowed(submission.tenant, verdict);
    return (await life.door.ingress.submit(submission)).task_id;
  }

  #onAllowed(tenant: string, { limit }: LimitVerdict): void {
    const window = Math.floor(this.#time.nowMs / limit.windowMs);
    const name = `${tenant} ${window}`;
    const count = (this.#allowed.get(name) ?? 0) + 1;
    this.#allowed.set(name, count);
    // The first request of each gateway is on credit, and without its counters each counts for itself.
    const most = this.#lifeCount + limit.quota * (this.#uncounted > 0 ? this.#lifeCount : 1);
    if (count > most) this.#broken(`${count} requests of ${tenant} were let in, of ${limit.quota} in a window`);
  }

  #tasks(): readonly SimTask[] {
    return [...this.#server.tasks.values()];
  }

  #onStart({ task, number, turn, by, starts }: SimTask): void {
    if (starts > 1) this.#broken(`${task} was started ${starts} times`);
    const others = this.#tasks().filter((other) => other.number === number && other.task !== task);
    if (others.length > 0) this.#broken(`submission ${number} became ${task} and ${others[0]?.task}`);
    const open =
      turn && this.#tasks().find((other) => other.turn?.key === turn.key && !other.isDone && other.task !== task);
    if (open) this.#broken(`${task} began while ${open.task} of its session was running`);
    if (by !== undefined) this.#checkCap(by);
  }

  /** The cap is a gateway's own, and holds whatever it knows of its tasks. */
  #checkCap(gateway: SimProcess): void {
    const { inFlightLimit } = this.#world;
    const running = this.#tasks().filter(({ by, isDone, turn }) => by === gateway && !isDone && turn === undefined);
    if (running.length > inFlightLimit)
      this.#broken(`${gateway.name} has ${running.length} tasks running of ${inFlightLimit}`);
  }

  #checkEnd(): void {
    for (const [number, tasks] of this.#accepted) {
      for (const task of tasks)
        if (this.#server.tasks.get(task)?.isDone !== true)
          this.#broken(`${task} of ${number} was accepted and never ran`);
    }
    const numbers = new Set(this.#tasks().map(({ number }) => number));
    for (let number = SUBMISSIONS; number < SUBMISSIONS + QUEUED; number++)
      if (!numbers.has(number)) this.#broken(`message ${number} of the queue never ran`);
    for (const [name, { size }] of this.#server.queues)
      if (size > 0) this.#broken(`${size} messages are left in ${name}`);
    for (const [name, { door }] of this.#lives) {
      const { inFlight, backlog } = door.ingress.pressure();
      if (inFlight + backlog > 0) this.#broken(`${name} believes in ${inFlight} running and ${backlog} waiting tasks`);
    }
  }

  #broken(what: string): void {
    this.#violation ??= `at ${this.#time.nowMs.toFixed(0)} ms: ${what}`;
  }
}
