/**
 * What must hold of a simulated cluster whatever happens to it, checked with each row that the store takes: nothing that an earlier leader
 * decided counts after a later one's decision; two nodes never get one replica; brakes hold. The first violation is kept.
 */
import { decodeJson, Lease, Member, NodePlacement, type StoredRow, type Subjects } from "@troupe/runtime/internal";
import type { BrakeLimits } from "../membership/brakes.ts";
import { replicaKey } from "../placement/wanted.ts";
import type { SimTerm } from "./sim-supervisor.ts";

const GONE: ReadonlySet<Member["status"]> = new Set(["dead", "left"]);

/** A leader judges a node for so long at most before that is written down. */
const UNHEARD_MS = 13_000;

export class ClusterInvariants {
  readonly #subjects: Subjects;
  readonly #limits: BrakeLimits;
  readonly #nowMs: () => number;
  readonly #members = new Map<string, Member>();
  readonly #placements = new Map<string, NodePlacement>();
  /** Who held each epoch of the lease. */
  readonly #holders = new Map<number, string>();
  readonly #lastDeathMs = new Map<SimTerm, number>();
  #massSinceMs: number | undefined;
  /** The term of each process that leads, by name. */
  readonly #terms = new Map<string, SimTerm>();
  violation: string | undefined;
  /** What was seen at all: a run in which nothing happens proves nothing. */
  readonly seen = { deaths: 0, terms: 0, placements: 0, handOvers: 0, quarantines: 0 };

  constructor(subjects: Subjects, limits: BrakeLimits, nowMs: () => number) {
    this.#subjects = subjects;
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  get placements(): ReadonlyMap<string, NodePlacement> {
    return this.#placements;
  }
  get members(): ReadonlyMap<string, Member> {
    return this.#members;
  }

  onTerm(term: SimTerm): void {
    this.#massSinceMs = undefined;
    this.seen.terms++;
    this.#terms.set(term.supervisor, term);
  }

  /** A leader has changed what it thinks of a node. */
  onThought({ membership }: SimTerm): void {
    const present = [...membership.membership.nodes.values()].filter(({ member }) => !GONE.has(member.status));
    const suspects = present.filter(({ member }) => member.status === "suspect").length;
    const isMass = suspects >= 2 && suspects * 2 >= present.length;
    this.#massSinceMs = isMass ? (this.#massSinceMs ?? this.#nowMs()) : undefined;
  }

  onWritten({ subject, body, operation }: StoredRow, by: string): void {
    const key = (bucket: "leases" | "members" | "placement") => {
      const prefix = this.#subjects.row(bucket, "");
      return subject.startsWith(prefix) ? subject.slice(prefix.length) : undefined;
    };
    const json = decodeJson(body);
    const value = json.ok ? json.value : undefined;
    if (key("leases") !== undefined) this.#onLease(Lease.parse(value));
    const node = key("members");
    if (node !== undefined) this.#onMember(node, operation === "" ? Member.parse(value) : undefined, by);
    if (key("placement") !== undefined) this.#onPlacement(NodePlacement.parse(value));
  }

  #broken(what: string): void {
    this.violation ??= `at ${this.#nowMs().toFixed(0)} ms: ${what}`;
  }

  #onLease({ holder, epoch }: Lease): void {
    const known = this.#holders.get(epoch);
    if (known !== undefined && known !== holder) this.#broken(`epoch ${epoch} is held by ${known} and by ${holder}`);
    const latest = Math.max(0, ...this.#holders.keys());
    if (epoch < latest) this.#broken(`epoch ${epoch} of ${holder} after epoch ${latest}`);
    this.#holders.set(epoch, holder);
  }

  #onMember(node: string, member: Member | undefined, by: string): void {
    const before = this.#members.get(node);
    if (before && member && member.incarnation < before.incarnation)
      this.#broken(`${node} went back from life ${before.incarnation} to ${member.incarnation}`);
    if (member?.status === "dead" && before?.status !== "dead") this.#onDeath(node, by);
    if (member) this.#members.set(node, member);
    else this.#members.delete(node);
  }

  #onDeath(node: string, by: string): void {
    this.seen.deaths++;
    const nowMs = this.#nowMs();
    const term = this.#terms.get(by);
    if (!term) return this.#broken(`${by} declares ${node} dead and does not lead`);
    const { deathSpacingMs, graceMs, massSuspicionHoldMs } = this.#limits;
    const lastMs = this.#lastDeathMs.get(term);
    if (lastMs !== undefined && nowMs - lastMs < deathSpacingMs)
      this.#broken(`${node} is declared dead ${nowMs - lastMs} ms after another one`);
    this.#lastDeathMs.set(term, nowMs);
    if (!term.heard.has(node) && nowMs - term.sinceMs < graceMs)
      this.#broken(`${node} is declared dead by a leader that is new and never heard it`);
    if (this.#massSinceMs !== undefined && nowMs - this.#massSinceMs < massSuspicionHoldMs - UNHEARD_MS)
      this.#broken(`${node} is declared dead while half of the nodes are suspect`);
  }

  #onPlacement(row: NodePlacement): void {
    this.seen.placements++;
    const before = this.#placements.get(row.node);
    if (row.epoch <= (before?.epoch ?? 0)) this.#broken(`${row.node} has two placements with epoch ${row.epoch}`);
    if ((row.leaderEpoch ?? 0) < (before?.leaderEpoch ?? 0))
      this.#broken(`the leader of term ${row.leaderEpoch} places after that of term ${before?.leaderEpoch}`);
    const had = new Set(takenIn(before));
    for (const key of takenIn(row).filter((taken) => !had.has(taken))) this.#onNewlyTaken(key, row);
    if (row.replicas.some(({ isStandby }) => isStandby === true)) this.seen.handOvers++;
    this.#placements.set(row.node, row);
  }

  #onNewlyTaken(key: string, { node, leaderEpoch }: NodePlacement): void {
    for (const other of this.#placements.values()) {
      const status = this.#members.get(other.node)?.status;
      const isPresent = status !== undefined && status !== "suspect" && !GONE.has(status);
      // What an earlier leader still writes while the later one begins is put right by it; its own rows it knows.
      if (other.node === node || other.leaderEpoch !== leaderEpoch || !isPresent) continue;
      if (takenIn(other).includes(key))
        this.#broken(`${key} is given to ${node} while ${other.node} (${status}) has it`);
    }
  }
}

/** Replicas that a row lets its node take messages for. */
export const takenIn = (row: NodePlacement | undefined): readonly string[] =>
  (row?.replicas ?? []).filter(({ isStandby }) => isStandby !== true).map(replicaKey);
