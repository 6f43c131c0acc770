import type { BrokerService } from "@troupe/runtime";
import { budgetService } from "../budgets/budget-service.ts";
import { cacheService } from "../cache/cache-service.ts";
import type { ModelSettings } from "../config/load.ts";
import { limitService } from "../limits/limit-service.ts";

/** What a node does for its hosts' model calls: budgets, the limits of providers, kept answers. They share one connection. */
export const modelServices = (settings: ModelSettings): readonly BrokerService[] => [
  budgetService(settings),
  limitService(settings),
  cacheService(),
];
