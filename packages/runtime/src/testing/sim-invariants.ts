/**
 * What must hold whatever the scheduler does: numbers as in the protocol's model (1 every task ends once … 11 nobody claims a hop again that
 * it lost). Checked on every stored record, and once nothing moves any more.
 */
import { DeadBody, FanBody, ReplyBody, RevisionBody, StepBody, WaitBody } from "../contracts/bodies.ts";
import type { LogSubject } from "../contracts/log-subject.ts";
import { DoneBody } from "../contracts/task.ts";
import type { HopId } from "../ids.ts";
import type { StoredRecord } from "../log/task-log.ts";
import type { SimExecutor } from "./sim-executor.ts";
import { hopOfSend, SUBJECTS, simTask } from "./sim-place.ts";
import type { Scenario } from "./sim-scenario.ts";
import type { SimStore } from "./sim-store.ts";

interface Claim {
  readonly by: number;
  readonly sequence: number;
  readonly segment: number;
}

export class SimInvariants {
  readonly #scenario: Scenario;
  readonly #store: () => SimStore;
  readonly #executors: readonly SimExecutor[];
  /** The first violation. */
  violation: string | undefined;
  /** Hop → subject of its message, and of its commit. */
  readonly #inputs = new Map<string, StoredRecord>();
  readonly #commits = new Map<string, string>();
  readonly #claims = new Map<string, Claim[]>();
  readonly #lastClaim = new Map<string, number>();
  readonly #onceRuns = new Map<string, number>();
  /** Hops that ended because their task had. */
  readonly endedHops = new Set<string>();
  /** Tasks whose messages may be acked unrun. */
  readonly droppedTasks = new Set<string>();
  readonly crashedHops = new Set<string>();

  constructor(scenario: Scenario, store: () => SimStore, executors: readonly SimExecutor[]) {
    this.#scenario = scenario;
    this.#store = store;
    this.#executors = executors;
  }

  broken(what: string): void {
    this.violation ??= what;
  }

  /** Effects that must not be repeated. */
  onOnce(hop: string, number: number): void {
    const key = `${hop}/${number}`;
    const runs = (this.#onceRuns.get(key) ?? 0) + 1;
    this.#onceRuns.set(key, runs);
    if (runs > 1) this.broken(`5 effect ${key} ran ${runs} times`);
  }

  /** Somebody took a hop over, by a stored claim or, in a mutant, without one. */
  onClaim(hop: string, by: number, sequence: number, segment: number): void {
    const claims = this.#claims.get(hop) ?? [];
    const mine = this.#mine(by, hop);
    if (this.#executors[by]?.hasWritten === true && claims.some((c) => c.by !== by && c.sequence > mine)) {
      this.broken(`11 executor ${by} lost ${hop} and claimed it again`);
    }
    this.#lastClaim.set(`${by}@${hop}`, sequence);
    this.#claims.set(hop, [...claims, { by, sequence, segment }]);
  }

  onStored(record: StoredRecord): void {
    const at = SUBJECTS.parseLog(record.subject);
    if (at === undefined) {
      if (SUBJECTS.parseSession(record.subject) === undefined) this.broken(`0 no subject: ${record.subject}`);
      return;
    }
    if (record.header === undefined) this.broken(`0 no header: ${record.subject}`);
    this.#checkInput(record, at);
    const by = this.#executorOf(record);
    const hop = at.name.class === "t" ? by?.hop : at.hop;
    if (by === undefined || hop === undefined) return;
    this.#checkOwnership(record, at, by, hop);
    const isCommit = isFinal(record, at);
    if (isCommit) this.#checkSingleCommit(record, hop);
    if (isCommit || at.name.kind === "wait") this.#checkUsed(record, at, by, hop);
    if (at.name.kind === "dead") this.#checkDead(record, hop);
  }

  #executorOf({ header }: StoredRecord): SimExecutor | undefined {
    const nonce = header?.writer?.nonce;
    return nonce === undefined ? undefined : this.#executors[Number(nonce.slice(1))];
  }

  #checkInput(record: StoredRecord, { task, hop, name }: LogSubject): void {
    if (name.class !== "m" || !["send", "fan", "call"].includes(name.kind) || hop === "end") return;
    const begun = name.kind === "send" ? hopOfSend(name.to, task, hop, record.header?.passport?.index ?? 0) : hop;
    if (this.#inputs.has(begun)) this.broken(`3 two messages for hop ${begun}`);
    this.#inputs.set(begun, record);
  }

  #mine(by: number, hop: string): number {
    return this.#lastClaim.get(`${by}@${hop}`) ?? 0;
  }

  #checkOwnership(record: StoredRecord, { name }: LogSubject, by: SimExecutor, hop: string): void {
    const segment = record.header?.writer?.segment ?? 0;
    const claims = this.#claims.get(hop) ?? [];
    if (name.kind === "claim") return this.onClaim(hop, by.id, record.sequence, segment);
    if (name.kind === "got") {
      if (claims.some((claim) => claim.segment === segment))
        this.broken(`6 ${record.subject} after a claim of its segment`);
      return;
    }
    const mine = this.#mine(by.id, hop);
    const later = claims.find((claim) => claim.by !== by.id && claim.sequence > mine);
    // The answer of a dead called hop may be completed by anybody who finds it.
    const isCompletion = record.header?.writer?.previous === "c.dead.0";
    if (later !== undefined && !isCompletion)
      this.broken(`6 ${record.subject} by ${by.id} after the claim of ${later.by}`);
  }

  #checkSingleCommit(record: StoredRecord, hop: string): void {
    const before = this.#commits.get(hop);
    this.#commits.set(hop, record.subject);
    if (before === undefined) return;
    // A dead letter beside the end of its task, unseen by a lagging replica, means nothing.
    const isMeaningless =
      this.#store().mode === "R3" && record.subject.includes(".c.dead.") && before.includes(".t.done.");
    if (!isMeaningless) this.broken(`3 two commits of hop ${hop}: ${before} and ${record.subject}`);
  }

  #checkUsed(record: StoredRecord, { task, from }: LogSubject, by: SimExecutor, hop: HopId | "end"): void {
    if (hop === "end") return;
    const writer = from === "end" ? by.role : from;
    for (const [number, value] of by.used) {
      const subject = SUBJECTS.record(task, hop, writer, { class: "s", kind: "step", to: String(number) });
      const stored = this.#store().get(subject);
      const journaled = stored === undefined ? undefined : StepBody.parse(json(stored)).value;
      if (journaled !== value) {
        this.broken(
          `2 ${record.subject} used ${String(value)}, the journal of step ${number} says ${String(journaled)}`,
        );
      }
    }
  }

  #checkDead(record: StoredRecord, hop: string): void {
    const { error } = DeadBody.parse(json(record));
    if (error.code === "poison_message" && !this.crashedHops.has(hop)) this.broken(`10 ${hop} parked, nobody crashed`);
    if (
      ["journal_mismatch", "malformed_record", "loop_detected", "hop_limit", "invariant_violated"].includes(error.code)
    ) {
      this.broken(`4 ${hop} parked as ${error.code}: ${JSON.stringify(error)}`);
    }
  }

  /** Once nothing moves any more. */
  checkEnd(): void {
    for (let number = 1; number <= (this.#scenario.tasks ?? 1); number++) {
      const done = this.#store().get(SUBJECTS.done(simTask(number)));
      if (done === undefined) this.broken(`1 stall: task ${number} has no end`);
      else if (!DoneBody.safeParse(json(done)).success) this.broken(`0 the end of task ${number} does not parse`);
    }
    for (const record of this.#store().records) this.#checkOutputs(record);
    for (const [hop, input] of this.#inputs) this.#checkHopEnded(hop, input);
    this.#checkState();
  }

  #checkOutputs(record: StoredRecord): void {
    const at = SUBJECTS.parseLog(record.subject);
    // Once the task has its end, nobody has to finish what a hop of it still promised.
    if (at?.name.class !== "c" || this.droppedTasks.has(at.task) || this.endedHops.has(at.hop)) return;
    if (at.name.kind === "fan") {
      for (const { hop, to } of FanBody.parse(json(record)).outputs) this.#mustExist(record, at, hop, `m.fan.${to}`);
    }
    if (at.name.kind === "wait") {
      for (const awaited of WaitBody.parse(json(record)).for) {
        if (awaited.type === "call") this.#mustExist(record, at, awaited.hop, `m.call.${awaited.to}`);
        const isMoot = this.endedHops.has(awaited.hop);
        if (!isMoot && this.#repliesOf(at, awaited.hop).length === 0)
          this.broken(`8 called hop ${awaited.hop} never answers`);
      }
    }
    const reply = at.name.kind === "dead" ? DeadBody.parse(json(record)).reply : undefined;
    if (reply !== undefined) this.#mustExist(record, at, at.hop, `m.reply.${reply.to}`);
  }

  #mustExist(commit: StoredRecord, { task, from }: LogSubject, hop: string, name: string): void {
    const subject = `${SUBJECTS.task(task)}.${hop}.${from}.${name}`;
    if (this.#store().get(subject) === undefined)
      this.broken(`3 output ${subject} of ${commit.subject} never published`);
  }

  #repliesOf({ task }: LogSubject, hop: string): readonly StoredRecord[] {
    const prefix = `${SUBJECTS.task(task)}.${hop}.`;
    return this.#store().records.filter(({ subject }) => subject.startsWith(prefix) && subject.includes(".m.reply."));
  }

  #checkHopEnded(hop: string, input: StoredRecord): void {
    const at = SUBJECTS.parseLog(input.subject);
    if (at === undefined || this.droppedTasks.has(at.task)) return;
    if (this.#commits.has(hop) || this.endedHops.has(hop)) return;
    const prefix = `${SUBJECTS.task(at.task)}.${hop}.${at.name.to}.c.wait.`;
    const wait = this.#store().records.findLast(({ subject }) => subject.startsWith(prefix));
    if (wait === undefined) return this.broken(`1 stall: hop ${hop} has no outcome`);
    const body = WaitBody.parse(json(wait));
    let good = 0;
    let errors = 0;
    for (const awaited of body.for) {
      const replies = this.#repliesOf(at, awaited.hop).map((record) => ReplyBody.parse(json(record)));
      if (replies.some((reply) => "value" in reply)) good++;
      else if (replies.length > 0) errors++;
    }
    if (good >= body.need || errors > body.for.length - body.need) this.broken(`1 stall: hop ${hop} never went on`);
  }

  #checkState(): void {
    const seen = new Set<string>();
    let number = 0;
    let turn = 0;
    for (const record of this.#store().records) {
      if (SUBJECTS.parseSession(record.subject) === undefined) continue;
      const revision = RevisionBody.parse(json(record));
      number++;
      if (!record.subject.endsWith(`.${number}`) || revision.value !== number)
        this.broken(`7 lost update at ${record.subject}`);
      const id = `${revision.hop}/${revision.step}`;
      if (seen.has(id)) this.broken(`7 update ${id} applied twice`);
      seen.add(id);
      if (revision.turn < turn) this.broken(`7 turn ${revision.turn} wrote after turn ${turn}`);
      turn = revision.turn;
    }
    const { updates } = this.#scenario;
    if (updates !== undefined && number !== updates) this.broken(`7 ${number} revisions, ${updates} updates`);
  }
}

function isFinal({ header }: StoredRecord, { name }: LogSubject): boolean {
  if (name.class === "t") return true;
  if (name.class === "m") return header?.writer?.previous !== "c.dead.0";
  return name.class === "c" && (name.kind === "fan" || name.kind === "dead");
}

const json = (record: StoredRecord): unknown => JSON.parse(Buffer.from(record.body).toString());
