export { type A2aRoleOptions, a2aRole } from "./a2a/a2a-role.ts";
export { type LangchainRoleOptions, langchainRole } from "./adapters/langchain-role.ts";
export type { LangchainRetriever, LangchainRunnable, LangchainTool } from "./adapters/langchain-shapes.ts";
export { type LangchainToolOptions, langchainTool } from "./adapters/langchain-tool.ts";
export { type LlamaIndexRetriever, langchainRetriever, llamaIndexRetriever } from "./adapters/retrievers.ts";
export { type ClassifierOptions, modelClassifier } from "./guardrails/model-classifier.ts";
export type { FaultKind } from "./models/offline/faults.ts";
export {
  type OfflineModel,
  type OfflineModelOptions,
  type OfflineRequest,
  startOfflineModel,
} from "./models/offline/server.ts";
export { type NatsAgentRoleOptions, natsAgentRole } from "./nats-agents/nats-agent-role.ts";
export { debate } from "./patterns/debate.ts";
export { fanOutAndJoin } from "./patterns/fan-out-and-join.ts";
export { chair, groupChat } from "./patterns/group-chat.ts";
export { handOff } from "./patterns/hand-off.ts";
export { pipeline } from "./patterns/pipeline.ts";
export { planAndExecute, workPlanner } from "./patterns/plan-and-execute.ts";
export { react } from "./patterns/react.ts";
export { critic, reflection } from "./patterns/reflection.ts";
export { singleAnswer } from "./patterns/single-answer.ts";
export { vote, voter } from "./patterns/vote.ts";
export { type FileIndexOptions, fileIndex } from "./retrieval/file-index.ts";
export { type RetrievalOptions, retrieval } from "./retrieval/retrieval.ts";
export type { Passage, Retriever } from "./retrieval/retriever.ts";
export { type RetrieverToolOptions, retrieverTool } from "./retrieval/retriever-tool.ts";
export { agent } from "./roles/agent.ts";
export type { AgentOptions } from "./roles/agent-options.ts";
export type { Conversation, Turn } from "./roles/conversation.ts";
export { type CodeToolOptions, codeTool } from "./tools/code/code-tool.ts";
export { type McpServer, type McpServerOptions, mcpServer } from "./tools/mcp/mcp-server.ts";
export { type RoleToolOptions, roleTool } from "./tools/role-tool.ts";
export { type ServiceToolOptions, serviceTool } from "./tools/service-tool.ts";
export { type Tool, type ToolOptions, type ToolScope, tool } from "./tools/tool.ts";
export type { ToolSource } from "./tools/tool-set.ts";
export { DELIVERY } from "./workflows/delivery.ts";
export type { ParallelStages, StageOptions, WorkflowTemplate } from "./workflows/stage.ts";
export { type WorkflowOptions, workflow } from "./workflows/workflow.ts";
