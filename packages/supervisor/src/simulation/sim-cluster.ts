/**
 * A cluster in one process, for thousands of runs a minute: three supervisors and four nodes, in virtual time, on a store and a network that
 * fail as the real ones do. First things go wrong, then nothing does any more: by then everything must settle.
 */
import {
  createLogger,
  type Deployment,
  type Desired,
  type Heartbeat,
  Subjects,
  SystemManifest,
  seededRandom,
} from "@troupe/runtime/internal";
import { type SimProcess, SimRows, SimTime } from "@troupe/runtime/internal-testing";
import type { Probe } from "../membership/transitions.ts";
import { replicaKey, wantedReplicas } from "../placement/wanted.ts";
import { resolveSupervisorSettings } from "../settings.ts";
import { ClusterInvariants, takenIn } from "./cluster-invariants.ts";
import { type Happening, planHappenings } from "./happenings.ts";
import { HEARTBEAT_MS, SimNode } from "./sim-node.ts";
import { SimSupervisor, type SimSupervisorWorld } from "./sim-supervisor.ts";

const NODES = ["n1", "n2", "n3", "n4"];
const SUPERVISORS = ["s1", "s2", "s3"];
/** For so long things go wrong. */
const TROUBLE_MS = 60_000;
/** Brakes, grace, leases and quarantines run out in it. */
const SETTLE_MS = 240_000;
const LOOK_MS = 2_000;
const SETTINGS = resolveSupervisorSettings({
  heartbeatMs: HEARTBEAT_MS,
  // Minutes are seconds here: the ladder is the same.
  ladder: { windowMs: 40_000, recurring: 3, trialAfterMs: [2_000, 10_000, 30_000], trialMs: 4_000 },
});

const manifest = SystemManifest.parse({
  name: "simulated",
  graph: { client: ["a"], a: ["b", "c"], b: ["client"], c: ["client"] },
  roles: {
    a: { kind: "actor", replicas: 3 },
    b: { kind: "actor", replicas: 3 },
    c: { kind: "actor", replicas: 2 },
  },
});
const deployment: Deployment = {
  v: 1,
  version: "v1",
  manifest,
  source: { type: "module", path: "/a.ts", sha256: "0".repeat(64) },
  hopKeys: {},
  deployedAt: "",
};
const desired: Desired = { v: 1, current: "v1", draining: [], paused: [], replicas: {} };
const deployments = new Map([["v1", deployment]]);
const WANTED = wantedReplicas(desired, deployments).map(replicaKey);

const logger = createLogger({ name: "simulation", level: "silent" });
const subjects = new Subjects("sim");

export interface ClusterRun {
  readonly violation: string | undefined;
  /** What happened, in order: for a run that is looked into. */
  readonly lines: readonly string[];
  readonly seen: ClusterInvariants["seen"];
  /** How long it took to settle after the last trouble, ms. */
  readonly settledMs: number;
}

/** One run; the same for the same seed. A traced one keeps its lines. */
export async function runCluster(seed: number, isTraced = false): Promise<ClusterRun> {
  return new SimCluster(seed, isTraced).run();
}

class SimCluster {
  readonly #isTraced: boolean;
  readonly #random;
  readonly #time = new SimTime();
  readonly #rows: SimRows;
  readonly #invariants: ClusterInvariants;
  readonly #nodes: readonly SimNode[];
  readonly #supervisors: readonly SimSupervisor[];
  readonly #failingUntilMs = new Map<string, number>();
  readonly #lines: string[] = [];
  readonly #happenings: readonly Happening[];

  constructor(seed: number, isTraced: boolean) {
    this.#isTraced = isTraced;
    this.#random = seededRandom(seed);
    this.#happenings = planHappenings(
      { nodes: NODES, supervisors: SUPERVISORS, replicas: WANTED, forMs: TROUBLE_MS },
      this.#random,
    );
    this.#invariants = new ClusterInvariants(subjects, SETTINGS, () => this.#time.nowMs);
    this.#rows = new SimRows(this.#time, this.#random, (row, by) => {
      this.#note(() => `${by.name} writes ${row.subject} ${Buffer.from(row.body).toString()}`);
      this.#invariants.onWritten(row, by.name);
    });
    const shared = { time: this.#time, rows: this.#rows, subjects, logger };
    const carry = (from: SimProcess, heartbeat: Heartbeat) => this.#carry(from, heartbeat);
    this.#nodes = NODES.map((name) => new SimNode(name, { ...shared, carry }, this.#failingUntilMs));
    this.#supervisors = SUPERVISORS.map((name) => this.#supervisor(name, shared));
  }

  async run(): Promise<ClusterRun> {
    for (const happening of this.#happenings) this.#time.after(happening.atMs, () => this.#happen(happening));
    const isBroken = () => this.#invariants.violation !== undefined;
    await this.#time.run(TROUBLE_MS, isBroken);
    const fromMs = this.#time.nowMs;
    let unsettled = this.#unsettled();
    while (unsettled !== undefined && !isBroken() && this.#time.nowMs - fromMs < SETTLE_MS) {
      await this.#time.run(this.#time.nowMs + LOOK_MS, isBroken);
      unsettled = this.#unsettled();
    }
    const violation =
      this.#invariants.violation ?? (unsettled && `after ${SETTLE_MS} ms without trouble: ${unsettled}`);
    const { seen } = this.#invariants;
    return { violation, lines: this.#lines, seen, settledMs: this.#time.nowMs - fromMs };
  }

  #supervisor(name: string, shared: Pick<SimSupervisorWorld, "time" | "rows" | "subjects" | "logger">): SimSupervisor {
    return new SimSupervisor(name, {
      ...shared,
      settings: SETTINGS,
      view: { desired, revision: 1, deployments },
      probe: (from, node, timeoutMs) => this.#probe(from, this.#nodes.find((n) => n.name === node)?.process, timeoutMs),
      askLeader: (from, timeoutMs) => this.#probe(from, this.#supervisors.find((s) => s.isLeading)?.process, timeoutMs),
      tellRevenant: (from, node, incarnation) => {
        if (this.#rows.wire.isLost(from)) return;
        const told = this.#nodes.find((n) => n.name === node);
        told?.process.after(this.#rows.wire.delayMs(), () => told.endLife(incarnation));
      },
      onTerm: (term) => {
        this.#note(() => `${term.supervisor} leads with epoch ${term.epoch}`);
        this.#invariants.onTerm(term);
      },
      onEvent: ({ name: event, about, reason }, term) => {
        if (event.startsWith("node.")) this.#invariants.onThought(term);
        if (event === "actor.quarantined") this.#invariants.seen.quarantines++;
        this.#note(() => `${term.supervisor}: ${event} ${about}: ${reason}`);
      },
    });
  }

  /** Core messages: to everybody who leads, or believes so; lost, late, or twice. */
  #carry(from: SimProcess, heartbeat: Heartbeat): void {
    for (const supervisor of this.#supervisors) {
      for (const copy of [1, 2]) {
        const isDoubled = copy === 1 || this.#random.unit() < this.#rows.wire.network.lostRate;
        if (!isDoubled || this.#rows.wire.isLost(from) || this.#rows.wire.isLost(supervisor.process)) continue;
        supervisor.process.after(this.#rows.wire.delayMs(), () => {
          const { term } = supervisor;
          term?.heard.add(heartbeat.node);
          term?.membership.hear(heartbeat);
        });
      }
    }
  }

  #probe(from: SimProcess, to: SimProcess | undefined, timeoutMs: number): Promise<Exclude<Probe, "not_asked">> {
    return new Promise((resolve) => {
      from.after(timeoutMs, () => resolve("mute"));
      if (this.#rows.wire.isLost(from)) return;
      if (to === undefined || to.isDead) return from.after(this.#rows.wire.delayMs(), () => resolve("gone"));
      if (this.#rows.wire.isLost(to)) return;
      to.after(this.#rows.wire.delayMs(), () => from.after(this.#rows.wire.delayMs(), () => resolve("answered")));
    });
  }

  #happen({ kind, about, isOver }: Happening): void {
    this.#note(() => `${isOver ? "end of " : ""}${kind} ${about}`);
    const node = this.#nodes.find(({ name }) => name === about);
    const struck = node ?? this.#supervisors.find(({ name }) => name === about);
    switch (kind) {
      case "kill":
      case "stop":
      case "cut":
      case "skew":
        if (struck) this.#strike(struck, kind, isOver);
        return;
      case "mumble":
        if (node) node.isMumbling = !isOver;
        return;
      case "fail":
        this.#failingUntilMs.set(about, isOver ? 0 : Number.POSITIVE_INFINITY);
        return;
      case "storm":
        this.#rows.wire.network = isOver ? { lostRate: 0, staleRate: 0 } : { lostRate: 0.2, staleRate: 0.2 };
    }
  }

  #strike(struck: SimNode | SimSupervisor, kind: "kill" | "stop" | "cut" | "skew", isOver: boolean): void {
    switch (kind) {
      case "kill":
        return struck.kill();
      case "stop":
        return isOver ? struck.process.goOn() : struck.process.stop();
      case "cut":
        struck.process.isCutOff = !isOver;
        return;
      case "skew":
        struck.process.skewMs = isOver ? 0 : (this.#random.unit() - 0.5) * 7_200_000;
    }
  }

  /** What is not as it should be once nothing goes wrong any more. */
  #unsettled(): string | undefined {
    const leaders = this.#supervisors.filter(({ isLeading }) => isLeading).length;
    if (leaders !== 1) return `${leaders} supervisors lead`;
    const { members, placements } = this.#invariants;
    const notUp = NODES.find((name) => members.get(name)?.status !== "up");
    if (notUp !== undefined) return `${notUp} is ${members.get(notUp)?.status ?? "unknown"}`;
    const rows = [...placements.values()].flatMap(takenIn);
    const taking = this.#nodes.flatMap((node) => node.taking);
    for (const key of WANTED) {
      const [stored, real] = [rows, taking].map((all) => all.filter((one) => one === key).length);
      if (stored !== 1 || real !== 1) return `${key} is in ${stored} rows, and ${real} nodes take for it`;
    }
    return undefined;
  }

  #note(line: () => string): void {
    if (this.#isTraced) this.#lines.push(`${this.#time.nowMs.toFixed(0)} ${line()}`);
  }
}
