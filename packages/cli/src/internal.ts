export type { Cli } from "./cli.ts";
export { loadEnvironment } from "./config/load.ts";
export { markdownTable } from "./docs/markdown-table.ts";
export { generatedPages } from "./docs/pages.ts";
export * from "./firewall/attack.ts";
export * from "./firewall/attacks.ts";
export * from "./firewall/check-firewall.ts";
export * from "./firewall/try-attack.ts";
export { runProgram } from "./program.ts";
