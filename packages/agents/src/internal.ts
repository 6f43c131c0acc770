export * from "./config/load.ts";
export { type LoadedSystem, readYamlSystem } from "./loader.ts";
export * from "./models/model.ts";
export * from "./models/openai-model.ts";
export * from "./models/prices.ts";
export * from "./models/registry.ts";
export * from "./roles/agent.ts";
export * from "./roles/agent-ports.ts";
export { systemFileSchema } from "./system-file.ts";
