/** The node's service `budgets`: reserves before a model call, settles after it, over all accounts that the call draws on. */
import {
  type BrokerCaller,
  type BrokerHandler,
  type BrokerPorts,
  type BrokerService,
  type Json,
  messageOf,
  TroupeError,
} from "@troupe/runtime";
import { type BudgetUse, every, OnDemand, type SpentBudget } from "@troupe/runtime/internal";
import type { ModelSettings } from "../config/load.ts";
import type { CallTokens } from "../models/call-estimate.ts";
import { providerOf } from "../models/registry.ts";
import { deployedTool } from "../node-services/manifest-tool.ts";
import { NodeAccess } from "../node-services/node-access.ts";
import { readQuestion } from "../node-services/read-question.ts";
import { type Amount, NOTHING } from "./amount.ts";
import { budgetError } from "./budget-error.ts";
import type { BudgetLedger } from "./budget-ledger.ts";
import { BUDGET_SERVICE, BudgetQuestion } from "./budget-messages.ts";
import { BudgetUses } from "./budget-uses.ts";
import { type NestedAccount, nestOf } from "./nest.ts";
import { openLedger } from "./open-ledger.ts";
import { amountOf, Reservations } from "./reservations.ts";
import { HOLDERS, SIGN_EVERY_MS } from "./sign-of-life.ts";
import { SpentBudgets } from "./spent-budgets.ts";

const CARE_EVERY_MS = 1_000;
const DAY_MS = 86_400_000;
/** Rows of single conversations go when nobody has used them for long; those of users, tenants, roles and providers stay. */
const KEPT_MS: Readonly<Record<string, number>> = { task: 7 * DAY_MS, session: 30 * DAY_MS, [HOLDERS]: DAY_MS };
const keptMs = (key: string): number | undefined => KEPT_MS[key.slice(0, key.indexOf("."))];

/** The service, for a node's program. `settings` says what models cost on this node. */
export function budgetService(settings: ModelSettings): BrokerService {
  return { name: BUDGET_SERVICE, open: (ports) => new BudgetHandler(ports, settings) };
}

class BudgetHandler implements BrokerHandler {
  readonly #ports: BrokerPorts;
  readonly #settings: ModelSettings;
  readonly #closed = new AbortController();
  readonly #access: NodeAccess;
  readonly #books = new OnDemand(() => this.#openBooks());
  readonly #spent: SpentBudgets;
  readonly #uses: BudgetUses;
  #opened: Books | undefined;

  constructor(ports: BrokerPorts, settings: ModelSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#access = NodeAccess.of(ports);
    this.#spent = new SpentBudgets(ports.clock);
    this.#uses = new BudgetUses(ports.clock);
    // At once: by this life's sign others know that an earlier life of the node is over, and not only after a minute.
    void this.#books.get().catch((error: unknown) => {
      ports.logger.warn({ reason: messageOf(error) }, "budgets cannot be opened yet; the first model call tries again");
    });
  }

  async ask(caller: BrokerCaller, body: unknown): Promise<Json> {
    const question = readQuestion(BudgetQuestion, body, "budgets");
    if (question.op === "reserve") return { reservation: await this.#reserve(caller, question.model, question) };
    if (question.op === "charge") return this.#charge(caller, question.tool);
    const reservations = this.#opened?.reservations;
    if (question.op === "renew") reservations?.renew(caller.incarnation, question.reservation);
    else reservations?.end(caller.incarnation, question.reservation, question.op === "settle" ? question : undefined);
    return null;
  }

  spentBudgets(): readonly SpentBudget[] {
    return this.#spent.reports();
  }

  budgetUses(): readonly BudgetUse[] {
    return this.#uses.reports();
  }

  hostEnded(incarnation: string): void {
    this.#opened?.reservations.hostEnded(incarnation);
  }

  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    const books = await this.#books.ifOpened();
    await books?.ledger.close();
    await this.#access.close();
  }

  /** The reservation's id; `null` when nothing bounds the call. */
  async #reserve({ version, role, task, incarnation }: BrokerCaller, model: string, tokens: CallTokens) {
    if (task === undefined) throw new TroupeError("invalid_request", "budgets: a call without a task");
    const { manifest } = await this.#ports.deploymentOf(version);
    const { provider, price, isOffline } = providerOf(model, manifest.models, this.#settings);
    const owner = await this.#access.owners.of(task);
    const nest = nestOf(manifest.budgets, { owner, role, provider, isOffline });
    if (nest.length === 0) return null;
    const { ledger, reservations } = await this.#books.get();
    const amount = amountOf(tokens, price);
    await this.#take(ledger, nest, amount);
    return reservations.add({ nest, amount, price, host: incarnation });
  }

  /** Takes the cost of a tool's call from every account that it draws on. Throws `budget_exceeded`. */
  async #charge(caller: BrokerCaller, name: string): Promise<null> {
    const { role, task } = caller;
    if (task === undefined) throw new TroupeError("invalid_request", "budgets: a call without a task");
    const { tool, manifest } = await deployedTool(this.#ports, caller, name);
    if (tool.costMicros === undefined) return null;
    const owner = await this.#access.owners.of(task);
    const nest = nestOf(manifest.budgets, { owner, role, provider: "tools", isOffline: false });
    const amount = { ...NOTHING, costMicros: tool.costMicros };
    const { ledger } = await this.#books.get();
    await this.#take(ledger, nest, amount);
    ledger.settle(nest, amount, amount);
    return null;
  }

  /** Reserves over the nest. Throws `budget_exceeded`. */
  async #take(ledger: BudgetLedger, nest: readonly NestedAccount[], amount: Amount): Promise<void> {
    const reserved = await ledger.reserve(nest, amount);
    if (reserved.ok) return this.#spent.granted(nest);
    this.#spent.refused(reserved.account, reserved.refusal);
    throw budgetError(reserved.account, reserved.refusal);
  }

  async #openBooks(): Promise<Books> {
    const { subjects, clock, random, logger, node, incarnation } = this.#ports;
    const link = await this.#access.link();
    const uses = this.#uses;
    const { ledger, sign } = openLedger({ link, subjects, keptMs, node, incarnation, clock, random, logger, uses });
    const books: Books = { ledger, reservations: new Reservations(ledger, clock) };
    this.#opened = books;
    void every(CARE_EVERY_MS, this.#ports, this.#closed.signal, "care for budgets", () => {
      books.reservations.expire();
      return ledger.care();
    });
    void every(SIGN_EVERY_MS, this.#ports, this.#closed.signal, "sign of life", () => sign.give());
    return books;
  }
}

/** What there is once somebody has reserved. */
interface Books {
  readonly ledger: BudgetLedger;
  readonly reservations: Reservations;
}
