import { notOffered } from "../actor/not-offered.ts";
import type { Json } from "../actor/outcome.ts";
import type { Clock } from "../clock.ts";
import { type DependencyReport, MAX_DEPENDENCIES, MAX_SPENT_BUDGETS, type SpentBudget } from "../contracts/control.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { Logger } from "../telemetry/logger.ts";
import { isWithin } from "../within.ts";
import type { BrokerCaller, BrokerHandler, BrokerPorts, BrokerService, BudgetUse } from "./broker-service.ts";

/** How long a service may take before its host is told that nobody knows. */
export const ASK_LIMIT_MS = 60_000;

/** The node's services for its hosts, while the node runs. */
export class Broker {
  readonly #handlers = new Map<string, BrokerHandler>();
  readonly #clock: Clock;
  readonly #logger: Logger;

  /** Opens every service; of each name there is one. */
  constructor(services: readonly BrokerService[], ports: BrokerPorts) {
    this.#clock = ports.clock;
    this.#logger = ports.logger;
    for (const service of services) this.#handlers.set(service.name, service.open(ports));
  }

  /** The service's answer. Throws `unavailable` when there is no such service here, `outcome_unknown` when it took too long. */
  async ask(service: string, caller: BrokerCaller, body: unknown): Promise<Json> {
    const handler = this.#handlers.get(service);
    if (handler === undefined) throw notOffered(service);
    const answer = handler.ask(caller, body);
    if (await isWithin(this.#clock, ASK_LIMIT_MS, answer)) return answer;
    throw new TroupeError("outcome_unknown", `${service} gave no answer within ${ASK_LIMIT_MS / 1_000} s`);
  }

  /** What the services have found of things outside. */
  dependencies(): readonly DependencyReport[] {
    return this.#told((handler) => handler.dependencies?.()).slice(0, MAX_DEPENDENCIES);
  }

  /** The budgets that the services have found spent. */
  spentBudgets(): readonly SpentBudget[] {
    return this.#told((handler) => handler.spentBudgets?.()).slice(0, MAX_SPENT_BUDGETS);
  }

  budgetUses(): readonly BudgetUse[] {
    return this.#told((handler) => handler.budgetUses?.());
  }

  /** What all services say; one that throws leaves the others' word. */
  #told<T>(ask: (handler: BrokerHandler) => readonly T[] | undefined): readonly T[] {
    const told: T[] = [];
    for (const [service, handler] of this.#handlers) {
      try {
        told.push(...(ask(handler) ?? []));
      } catch (error) {
        this.#logger.error({ service, reason: messageOf(error) }, "a service could not say what it knows");
      }
    }
    return told;
  }

  hostEnded(incarnation: string): void {
    for (const [service, handler] of this.#handlers) {
      try {
        handler.hostEnded?.(incarnation);
      } catch (error) {
        this.#logger.error({ service, reason: messageOf(error) }, "a service could not take the end of a host");
      }
    }
  }

  async close(): Promise<void> {
    for (const [service, handler] of this.#handlers) {
      try {
        await handler.close();
      } catch (error) {
        this.#logger.error({ service, reason: messageOf(error) }, "a service did not close in order");
      }
    }
  }
}
