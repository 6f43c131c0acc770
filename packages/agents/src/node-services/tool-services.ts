import type { BrokerService } from "@troupe/runtime";
import { agentPromptService } from "./agent-prompt.ts";
import { serviceRequestService } from "./service-request.ts";
import { toolRateService } from "./tool-rate.ts";

/** What a node does for its hosts' tools: counting calls for all nodes, asking NATS services, prompting agents on NATS. */
export const toolServices = (): readonly BrokerService[] => [
  toolRateService(),
  serviceRequestService(),
  agentPromptService(),
];
