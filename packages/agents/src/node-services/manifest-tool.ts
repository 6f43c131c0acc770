import { type BrokerCaller, type BrokerPorts, TroupeError } from "@troupe/runtime";
import type { SystemManifest, ToolManifest } from "@troupe/runtime/internal";
import { unacceptedLabels } from "../tools/labels.ts";

/** A tool as it was deployed, and the system that it was deployed in. */
export interface DeployedTool {
  readonly tool: ToolManifest;
  readonly manifest: SystemManifest;
}

/**
 * Throws `taint_refused` for content that the tool does not take. Every task began with a client, and labels only ever become more: a host
 * that leaves those of every task out is wrong.
 */
export function requireTaint({ tool, manifest }: DeployedTool, taint: readonly string[]): void {
  const missing = (manifest.taint?.client ?? []).filter((label) => !taint.includes(label));
  if (missing.length > 0)
    throw new TroupeError("taint_refused", `the labels ${missing.join(", ")} of every task are missing`);
  const refused = unacceptedLabels(tool.accepts, taint);
  if (refused.length > 0) throw new TroupeError("taint_refused", `${tool.name} does not accept ${refused.join(", ")}`);
}

/** What the deployment says of a caller's tool: what a host says of it is a claim. Throws `forbidden` for a tool that the role does not have. */
export async function deployedTool(
  { deploymentOf }: Pick<BrokerPorts, "deploymentOf">,
  { version, role }: BrokerCaller,
  name: string,
): Promise<DeployedTool> {
  const { manifest } = await deploymentOf(version);
  const tool = manifest.roles[role]?.tools?.find((one) => one.name === name);
  if (tool === undefined) throw new TroupeError("forbidden", `role ${role} of ${version} has no tool ${name}`);
  return { tool, manifest };
}
