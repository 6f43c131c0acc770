/**
 * Nodes that make model calls on shared budgets, in virtual time, on a store and a network that fail as the real ones do; nodes die, stop and are
 * cut off between any two awaits. The ledger is the product's own, down to its rows.
 */
import { createLogger, decodeJson, type Random, Subjects, seededRandom } from "@troupe/runtime/internal";
import { oneOf, SimProcess, SimRows, SimTime } from "@troupe/runtime/internal-testing";
import { type Amount, NOTHING, plus } from "../budgets/amount.ts";
import type { BudgetLedger } from "../budgets/budget-ledger.ts";
import { Account, heldOf } from "../budgets/ledger.ts";
import type { NestedAccount } from "../budgets/nest.ts";
import { openLedger } from "../budgets/open-ledger.ts";
import { SIGN_EVERY_MS } from "../budgets/sign-of-life.ts";

const NODES = ["n1", "n2", "n3"];
const TROUBLE_MS = 90_000;
/** Signs of life run out in it, and every call ends. */
const SETTLE_MS = 120_000;
const RESTART_MS = 3_000;
const CARE_MS = 1_000;
const LONGEST_CALL_MS = 8_000;
const CALLS = 80;
/** With the pause between two signs, and with tries that fail, less than the time after which a node is taken for gone. */
const UNHEARD_MS = 15_000;

const SHARED: NestedAccount = { key: "role.a", name: "role a", limits: { total: { calls: 30, tokens: 200 } } };
const OWN: NestedAccount = { key: "tenant.b", name: "tenant b", limits: { total: { calls: 15 } } };
const NESTS: readonly (readonly NestedAccount[])[] = [[SHARED], [SHARED, OWN]];

const logger = createLogger({ name: "simulation", level: "silent" });
const subjects = new Subjects("sim");

export interface LedgerRun {
  readonly violation: string | undefined;
  /** What came about: calls that were made, that were refused, and lives that ended with calls under way. */
  readonly seen: { made: number; refused: number; died: number };
}

/** One run; the same for the same seed. */
export async function runLedgers(seed: number): Promise<LedgerRun> {
  return new SimLedgers(seed).run();
}

/** One life of a node. */
interface Life {
  readonly process: SimProcess;
  readonly ledger: BudgetLedger;
  calls: number;
}

class SimLedgers {
  readonly #random: Random;
  readonly #time = new SimTime();
  readonly #rows: SimRows;
  readonly #lives = new Map<string, Life>();
  /** What calls really took, by account. */
  readonly #made = new Map<string, Amount>();
  readonly #seen = { made: 0, refused: 0, died: 0 };
  #lifeCount = 0;
  /** For how long some node was stopped or cut off at most, ms. */
  #silentMs = 0;
  #violation: string | undefined;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#rows = new SimRows(this.#time, this.#random, ({ subject, body }) => this.#onWritten(subject, body));
    for (const node of NODES) this.#begin(node);
  }

  async run(): Promise<LedgerRun> {
    this.#rows.wire.network = { lostRate: this.#random.unit() * 0.15, staleRate: 0 };
    const isBroken = () => this.#violation !== undefined;
    for (let call = 0; call < CALLS; call++)
      this.#time.after(this.#random.unit() * TROUBLE_MS, () => void this.#call(this.#pick(NODES)));
    for (let trouble = this.#random.unit() * 6; trouble > 0; trouble--) this.#trouble();
    await this.#time.run(TROUBLE_MS, isBroken);
    this.#rows.wire.network = { lostRate: 0, staleRate: 0 };
    await this.#time.run(TROUBLE_MS + SETTLE_MS, isBroken);
    for (const { ledger } of this.#lives.values()) void ledger.close();
    await this.#time.run(TROUBLE_MS + 2 * SETTLE_MS, isBroken);
    if (!isBroken()) this.#checkEnd();
    return { violation: this.#violation, seen: this.#seen };
  }

  #pick<T>(all: readonly T[]): T {
    return oneOf(all, this.#random);
  }

  #begin(node: string): void {
    const incarnation = `life${++this.#lifeCount}`;
    const process = new SimProcess(`${node}/${incarnation}`, this.#time);
    const { clock } = process;
    const link = this.#rows.reachedBy(process);
    const random = this.#random;
    const { ledger, sign } = openLedger({ link, subjects, node, incarnation, clock, random, logger });
    const every = (ms: number, work: () => Promise<void>) => {
      process.after(ms, () => every(ms, work));
      // What the store does not take now it takes later.
      work().catch(() => undefined);
    };
    every(CARE_MS, () => ledger.care());
    every(SIGN_EVERY_MS, () => sign.give());
    this.#lives.set(node, { process, ledger, calls: 0 });
  }

  #trouble(): void {
    const node = this.#pick(NODES);
    const kind = this.#pick(["kill", "stop", "cut"] as const);
    const forMs = this.#random.unit() * 80_000;
    this.#time.after(this.#random.unit() * TROUBLE_MS * 0.8, () => {
      const life = this.#lives.get(node);
      if (!life) return;
      if (kind === "kill") return this.#kill(node, life);
      if (kind === "stop") life.process.stop();
      else life.process.isCutOff = true;
      const silentMs = Math.min(forMs, TROUBLE_MS - this.#time.nowMs);
      this.#silentMs += silentMs;
      this.#time.after(silentMs, () => {
        life.process.goOn();
        life.process.isCutOff = false;
      });
    });
  }

  #kill(node: string, life: Life): void {
    life.process.kill();
    if (life.calls > 0) this.#seen.died++;
    this.#lives.delete(node);
    this.#time.after(RESTART_MS, () => this.#begin(node));
  }

  async #call(node: string): Promise<void> {
    const life = this.#lives.get(node);
    if (!life?.process.isRunning) return;
    const nest = this.#pick(NESTS);
    const asked = { calls: 1, tokens: 1 + Math.floor(this.#random.unit() * 20), costMicros: 0 };
    const isRefunded = this.#random.unit() < 0.2;
    const used = isRefunded ? NOTHING : { ...asked, tokens: Math.ceil(asked.tokens * this.#random.unit()) };
    const forMs = this.#random.unit() * LONGEST_CALL_MS;
    const reserved = await life.ledger.reserve(nest, asked).catch(() => undefined); // nothing is reserved then
    if (!reserved?.ok) {
      this.#seen.refused++;
      return;
    }
    // From now on the provider may have it, whatever becomes of the node.
    life.calls++;
    this.#seen.made++;
    for (const account of nest) this.#make(account, used);
    life.process.after(forMs, () => {
      life.calls--;
      life.ledger.settle(nest, asked, used);
    });
  }

  #make({ key, name, limits }: NestedAccount, used: Amount): void {
    const made = plus(this.#made.get(key) ?? NOTHING, used);
    this.#made.set(key, made);
    const { calls = made.calls, tokens = made.tokens } = limits.total ?? {};
    if (made.calls > calls || made.tokens > tokens)
      this.#broken(`${name}: ${JSON.stringify(made)} was made of ${JSON.stringify(limits)}`);
  }

  #onWritten(subject: string, body: Uint8Array): void {
    const account = [SHARED, OWN].find(({ key }) => subject === subjects.row("budgets", key));
    // What a node settles whom others took for gone is counted twice: too much then, never too little.
    if (!account || this.#hasLapsed) return;
    const json = decodeJson(body);
    const row = Account.parse(json.ok ? json.value : undefined);
    const taken = plus(row.total, heldOf(row));
    const { calls = taken.calls, tokens = taken.tokens } = account.limits.total ?? {};
    if (taken.calls > calls || taken.tokens > tokens)
      this.#broken(`${account.name} has ${JSON.stringify(taken)} spent and held of ${JSON.stringify(account.limits)}`);
  }

  /** All calls have ended: everything that was made is counted, and nobody holds anything. */
  #checkEnd(): void {
    for (const { key, name } of [SHARED, OWN]) {
      const [stored] = this.#rows.all(subjects.row("budgets", key));
      const json = stored && decodeJson(stored.body);
      if (!json?.ok) continue;
      const row = Account.parse(json.value);
      const made = this.#made.get(key) ?? NOTHING;
      const counted = plus(row.total, heldOf(row)); // what lives held that are over is spent as soon as somebody needs it
      if (counted.calls < made.calls || counted.tokens < made.tokens)
        this.#broken(`${name}: ${JSON.stringify(made)} was made, ${JSON.stringify(counted)} is counted`);
      if (this.#hasLapsed) continue;
      const isExact = this.#lifeCount === NODES.length;
      if (isExact && (row.total.calls !== made.calls || row.total.tokens !== made.tokens))
        this.#broken(`${name}: nobody died, ${JSON.stringify(made)} was made, ${JSON.stringify(row.total)} is counted`);
      const held = [...this.#lives.values()].filter(({ process }) => (row.slices[process.name]?.held.calls ?? 0) > 0);
      if (held.length > 0) this.#broken(`${name}: ${held.length} nodes still hold something`);
    }
  }

  /** Whether some node gave no sign for so long that others may have taken it for gone. */
  get #hasLapsed(): boolean {
    return this.#silentMs >= UNHEARD_MS;
  }

  #broken(what: string): void {
    this.#violation ??= `at ${this.#time.nowMs.toFixed(0)} ms: ${what}`;
  }
}
