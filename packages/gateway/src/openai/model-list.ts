/** The doors of the deployed system as OpenAI's models. Pure. */
import { type CompiledSystem, TroupeError } from "@troupe/runtime/internal";

export interface ModelObject {
  readonly id: string;
  readonly object: "model";
  /** Seconds since 1970 of the deployment. */
  readonly created: number;
  readonly owned_by: string;
  readonly description?: string;
}

export interface DeployedModels {
  readonly system: CompiledSystem;
  readonly deployedAtMs: number;
}

export function modelList(deployed: DeployedModels) {
  return { object: "list" as const, data: [...deployed.system.doors].map((door) => modelObject(deployed, door)) };
}

/** Throws `unknown_role` with the models there are; `param` names where the caller said it. */
export function requireModel(deployed: DeployedModels, id: string, param: string): ModelObject {
  const { doors } = deployed.system;
  if (doors.has(id)) return modelObject(deployed, id);
  const shown = JSON.stringify(id.slice(0, 60));
  const reason = `there is no model ${shown}; there are: ${[...doors].join(", ")}`;
  throw new TroupeError("unknown_role", reason, {
    details: { problems: [{ path: param, reason }], doors: [...doors] },
  });
}

function modelObject({ system, deployedAtMs }: DeployedModels, id: string): ModelObject {
  const description = system.roles.get(id)?.manifest.description;
  return {
    id,
    object: "model",
    created: Math.floor(deployedAtMs / 1_000),
    owned_by: system.manifest.name,
    ...(description === undefined ? {} : { description }),
  };
}
