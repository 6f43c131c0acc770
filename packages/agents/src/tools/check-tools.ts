import { messageOf, type Problem, type ToolPermission } from "@troupe/runtime";
import { isServiceSubject } from "@troupe/runtime/internal";
import { isToolName, type Tool } from "./tool.ts";
import { isMcpServer, type ToolSource } from "./tool-set.ts";

/** Below the limit for which a host waits for its node. */
const MAX_SERVICE_MS = 55_000;

/** A tool as it will be offered, and where it stands in the list. */
interface Offered extends Pick<Tool, "name" | "rules"> {
  readonly path: string;
}

/** What is wrong with a role's tools, all at once. */
export function checkTools(sources: readonly ToolSource[], grants: readonly ToolPermission[]): readonly Problem[] {
  const offered = sources.flatMap((source, index): readonly Offered[] => {
    const path = `tools[${index}]`;
    if (!isMcpServer(source)) return [{ path, name: source.name, rules: source.rules }];
    return source.allowed.map(({ offeredAs, rules }) => ({ path, name: offeredAs, rules }));
  });
  return [
    ...offered.flatMap((one, index) => offeredProblems(one, offered.slice(0, index), grants)),
    ...sources.flatMap((source, index) => (isMcpServer(source) ? [] : definitionProblems(source, `tools[${index}]`))),
  ];
}

function offeredProblems(
  { path, name, rules }: Offered,
  before: readonly Offered[],
  grants: readonly ToolPermission[],
): readonly Problem[] {
  const found: Problem[] = [];
  const problem = (reason: string) => found.push({ path, value: name, reason });
  if (!isToolName(name)) problem("a tool's name has letters, digits, _ and -, at most 64");
  if (before.some((other) => other.name === name)) problem("two tools have this name");
  if (!grants.includes(rules.permission)) {
    problem(`it needs ${rules.permission}; add it to the role's grants, which are ${grants.join(", ") || "none"}`);
  }
  return found;
}

function definitionProblems(tool: Tool, path: string): readonly Problem[] {
  const found: Problem[] = [];
  try {
    if (typeof tool.parameters !== "object") found.push({ path, value: tool.name, reason: "it has no parameters" });
  } catch (error) {
    const reason = `no JSON Schema can be made of its parameters: ${messageOf(error)}`;
    found.push({ path, value: tool.name, reason });
  }
  if (tool.kind === "service" && tool.rules.timeoutMs > MAX_SERVICE_MS) {
    const reason = `a NATS service has at most ${MAX_SERVICE_MS} ms: the node does not wait longer`;
    found.push({ path, value: tool.rules.timeoutMs, reason });
  }
  if (tool.kind === "service" && !isServiceSubject(tool.target ?? "", "")) {
    const reason = "not a subject of a service: words of letters, digits, _ and - with dots between them";
    found.push({ path, value: tool.target, reason });
  }
  return found;
}
