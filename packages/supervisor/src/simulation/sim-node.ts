/** A node of the simulated cluster: it beats, follows its placement as nodes do, and may be killed, stopped, cut off or made to fail. */
import {
  CasBucket,
  type Heartbeat,
  type Logger,
  messageOf,
  NodePlacement,
  newerPlacement,
  type ReportedFailure,
  type Subjects,
} from "@troupe/runtime/internal";
import { SimProcess, type SimRows, type SimTime } from "@troupe/runtime/internal-testing";
import { replicaKey } from "../placement/wanted.ts";

/** What nodes need of the world. */
export interface SimNodeWorld {
  readonly time: SimTime;
  readonly rows: SimRows;
  readonly subjects: Subjects;
  readonly logger: Logger;
  /** Carries a heartbeat to whoever leads. */
  carry(from: SimProcess, heartbeat: Heartbeat): void;
}

export const HEARTBEAT_MS = 1_000;
const SLOTS = 6;
const RESTART_MS = 2_000;
/** How long a failure is told again, as heartbeats may be lost. */
const REPORTED_MS = 15_000;

export class SimNode {
  readonly name: string;
  process: SimProcess;
  /** Its heartbeats get lost, though it works and answers. */
  isMumbling = false;
  /** Replicas that fail wherever they run, by key; until when, ms. */
  readonly #failingUntilMs: ReadonlyMap<string, number>;
  readonly #world: SimNodeWorld;
  #life = 0;
  #sequence = 0;
  #placement: NodePlacement | undefined;
  #failures: { readonly report: ReportedFailure; readonly atMs: number }[] = [];
  #failureCount = 0;

  constructor(name: string, world: SimNodeWorld, failingUntilMs: ReadonlyMap<string, number>) {
    this.name = name;
    this.#world = world;
    this.#failingUntilMs = failingUntilMs;
    this.process = this.#begin();
  }

  get incarnation(): string {
    return String(this.#life).padStart(4, "0");
  }

  /** Replicas that it takes messages for right now. */
  get taking(): readonly string[] {
    if (this.process.isDead) return [];
    return (this.#placement?.replicas ?? []).filter(({ isStandby }) => isStandby !== true).map(replicaKey);
  }

  /** kill -9; another life begins after a while. */
  kill(): void {
    this.process.kill();
    this.#world.time.after(RESTART_MS, () => {
      if (this.process.isDead) this.process = this.#begin();
    });
  }

  /** It is told that this life was declared dead: it ends, and another one begins. */
  endLife(incarnation: string): void {
    if (incarnation === this.incarnation) this.kill();
  }

  #begin(): SimProcess {
    const { time, rows, subjects, logger } = this.#world;
    this.#life++;
    this.#sequence = 0;
    this.#placement = undefined;
    this.#failures = [];
    this.#failureCount = 0;
    const process = new SimProcess(`${this.name}/${this.#life}`, time);
    const { clock } = process;
    const link = rows.reachedBy(process);
    const bucket = new CasBucket({ link, subjects, bucket: "placement", schema: NodePlacement, logger, clock });
    const beat = () => {
      process.after(HEARTBEAT_MS, beat);
      void this.#follow(bucket);
      this.#fail();
      if (!this.isMumbling) this.#world.carry(process, this.#heartbeat());
    };
    process.after(0, beat);
    return process;
  }

  async #follow(bucket: CasBucket<NodePlacement>): Promise<void> {
    try {
      const row = await bucket.get(this.name);
      if (row) this.#placement = newerPlacement(this.#placement, row.value);
    } catch (error) {
      this.#world.logger.debug({ reason: messageOf(error) }, "read again with the next beat");
    }
  }

  /** A replica that is to fail does so once in each start of it. */
  #fail(): void {
    const { nowMs } = this.#world.time;
    this.#failures = this.#failures.filter(({ atMs }) => nowMs - atMs < REPORTED_MS);
    for (const replica of this.#placement?.replicas ?? []) {
      const actor = replicaKey(replica);
      const { generation = 0 } = replica;
      if ((this.#failingUntilMs.get(actor) ?? 0) <= nowMs) continue;
      if (this.#failures.some(({ report }) => report.actor === actor && report.generation === generation)) continue;
      const number = ++this.#failureCount;
      const report = { actor, kind: "exhausted", reason: "it fails", number, generation, agoMs: 0 } as const;
      this.#failures.push({ report, atMs: nowMs });
    }
  }

  #heartbeat(): Heartbeat {
    const replicas = this.#placement?.replicas ?? [];
    const { nowMs } = this.#world.time;
    const failures = this.#failures.map(({ report, atMs }) => ({ ...report, agoMs: Math.floor(nowMs - atMs) }));
    return {
      v: 1,
      node: this.name,
      incarnation: this.incarnation,
      sequence: ++this.#sequence,
      labels: {},
      capabilities: [],
      slots: SLOTS,
      busy: 0,
      load: 0,
      memoryBytes: 0,
      loopP99Ms: 0,
      isDraining: false,
      actors: replicas.map((replica) => ({
        id: replicaKey(replica),
        epoch: this.#placement?.epoch ?? 0,
        generation: replica.generation ?? 0,
        state: "available",
        isTaking: replica.isStandby !== true,
        inFlight: 0,
        done: 0,
        failed: 0,
        meanMs: 0,
      })),
      ...(failures.length > 0 && { failures }),
    };
  }
}
