import { type BrokerCaller, type BrokerPorts, TroupeError } from "@troupe/runtime";
import type { SystemManifest, ToolManifest } from "@troupe/runtime/internal";

/** A tool as it was deployed, and the system that it was deployed in. */
export interface DeployedTool {
  readonly tool: ToolManifest;
  readonly manifest: SystemManifest;
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
