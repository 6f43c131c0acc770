/** What only a node may do, as a service for its hosts: budgets, cache, limits, audit. The node's program composes them. */
import type { Json } from "../actor/outcome.ts";
import type { Clock } from "../clock.ts";
import type { DependencyReport, SpentBudget } from "../contracts/control.ts";
import type { Subjects } from "../contracts/subjects.ts";
import type { Deployment } from "../contracts/system.ts";
import type { TaskId } from "../ids.ts";
import type { Link } from "../nats/connection.ts";
import type { Random } from "../random.ts";
import type { Logger } from "../telemetry/logger.ts";

/** What the node gives a service. */
export interface BrokerPorts {
  /** Opens a connection of the service's own, with the node's rights; the service closes it. Throws `unavailable`, `unauthorized`. */
  readonly openLink: () => Promise<Link>;
  readonly subjects: Subjects;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The node's name. */
  readonly node: string;
  /** This life of the node. */
  readonly incarnation: string;
  /** What was deployed as a version. Throws when it cannot be read. */
  readonly deploymentOf: (version: string) => Promise<Deployment>;
}

/** Who asks, as far as the node knows it: version, role and task fit together; that this very task is being run is the host's claim. */
export interface BrokerCaller {
  readonly version: string;
  /** A role of the version's system. */
  readonly role: string;
  /** A task that began with this version. */
  readonly task?: TaskId | undefined;
  /** The life of the host that asks. */
  readonly incarnation: string;
}

/** How much of a budget is used. */
export interface BudgetUse {
  /** For people: `tenant acme`. */
  readonly account: string;
  /** Of its tightest limit, 0 to 1. */
  readonly usedRatio: number;
}

/** A service while its node runs. */
export interface BrokerHandler {
  /**
   * Answers a host. `body` is JSON that nobody has looked at: parse it. What is thrown goes to the host by its code; after 60 s the host
   * is told `outcome_unknown`, whatever still comes.
   */
  ask(caller: BrokerCaller, body: unknown): Promise<Json>;
  /** What the service has found of things outside, for each heartbeat: at once, from memory. */
  dependencies?(): readonly DependencyReport[];
  /** The budgets that the service has found spent, for each heartbeat: at once, from memory. */
  spentBudgets?(): readonly SpentBudget[];
  /** How much of the budgets that it knows is used, for figures: at once, from memory. */
  budgetUses?(): readonly BudgetUse[];
  /** This host is gone, and asks no more. */
  hostEnded?(incarnation: string): void;
  close(): Promise<void>;
}

/** A service that a node offers its hosts under a name; handlers reach it by `ctx.ask(name, body)`. */
export interface BrokerService {
  readonly name: string;
  /** Called once, when the node starts. */
  open(ports: BrokerPorts): BrokerHandler;
}
