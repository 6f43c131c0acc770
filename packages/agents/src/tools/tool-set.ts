import type { Context, ToolPermission } from "@troupe/runtime";
import type { ToolManifest } from "@troupe/runtime/internal";
import type { ToolGate } from "./gate/carry-out.ts";
import type { ToolPorts } from "./gate/tool-ports.ts";
import type { McpServer } from "./mcp/mcp-server.ts";
import { McpTools } from "./mcp/mcp-tools.ts";
import type { Tool } from "./tool.ts";

/** Where a role's tools come from: one that is known as it is, or a server that has to be asked. */
export type ToolSource = Tool | McpServer;

export const isMcpServer = (source: ToolSource): source is McpServer => source.kind === "mcp_server";

/** The tools of one replica of a role. */
export class ToolSet {
  readonly #known: readonly Tool[];
  readonly #servers: readonly McpTools[];
  readonly #grants: readonly ToolPermission[];
  readonly #ports: ToolPorts;

  constructor(sources: readonly ToolSource[], grants: readonly ToolPermission[], ports: ToolPorts) {
    this.#known = sources.filter((source): source is Tool => !isMcpServer(source));
    this.#servers = sources.filter(isMcpServer).map((server) => new McpTools(server, ports));
    this.#grants = grants;
    this.#ports = ports;
  }

  /** What this hop's calls go through. Throws `unavailable` when a server does not answer. */
  async gate(ctx: Context, edges: readonly string[] | undefined): Promise<ToolGate> {
    const tools = [...this.#known];
    for (const server of this.#servers) tools.push(...(await server.offer(ctx)));
    return { tools, grants: this.#grants, edges, ports: this.#ports };
  }

  async close(): Promise<void> {
    for (const server of this.#servers) await server.close();
  }
}

/** What the manifest says of a role's tools: by this the node checks what a host asks for them. */
export function toolManifests(sources: readonly ToolSource[]): readonly ToolManifest[] {
  return sources.flatMap((source) =>
    isMcpServer(source)
      ? source.allowed.map(({ offeredAs, rules }) =>
          manifestOf({ name: offeredAs, kind: "mcp", target: source.name, rules }),
        )
      : [manifestOf(source)],
  );
}

function manifestOf({ name, kind, target, rules }: Pick<Tool, "name" | "kind" | "target" | "rules">): ToolManifest {
  const { permission, callsPerMinute, costMicros, accepts, approval } = rules;
  return {
    name,
    kind,
    permission,
    callsPerMinute,
    ...(costMicros === 0 ? {} : { costMicros }),
    ...(target === undefined ? {} : { target }),
    ...(accepts === undefined ? {} : { accepts: [...accepts] }),
    ...(approval === undefined ? {} : { approval }),
  };
}

/** Roles that the tools ask. */
export const rolesAskedBy = (sources: readonly ToolSource[]): readonly string[] => [
  ...new Set(
    sources.flatMap((source) => (source.kind === "role" && source.target !== undefined ? [source.target] : [])),
  ),
];
