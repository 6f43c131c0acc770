export { loadYamlSystem } from "./loader.ts";
export type { FaultKind } from "./models/offline/faults.ts";
export {
  type OfflineModel,
  type OfflineModelOptions,
  type OfflineRequest,
  startOfflineModel,
} from "./models/offline/server.ts";
export type { AgentOptions } from "./roles/agent.ts";
export { agent } from "./roles/agent.ts";
export type { Conversation, Turn } from "./roles/conversation.ts";
export { type Tool, type ToolOptions, type ToolScope, tool } from "./tools/tool.ts";
