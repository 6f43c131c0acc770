/** Loads a system from YAML. Hosts are given this module's name (`@troupe/agents/loader`), so that the runtime needs no agents. */
import { messageOf, type Problem, type RoleDefinition, type SystemDefinition } from "@troupe/runtime";
import { assembleSystem, checkReadableGraph, invalidConfig, problemsOf } from "@troupe/runtime/internal";
import { z } from "zod";
import { patternRole, withCalls } from "./patterns/pattern-file.ts";
import { agentWith } from "./roles/agent.ts";
import { type OpenModel, systemModels } from "./roles/agent-ports.ts";
import { isAgent, type RoleFile, SystemFile } from "./system-file.ts";
import { parseYaml, type YamlSource } from "./yaml-source.ts";

/** A system, or everything that is wrong with its file. */
export type LoadedSystem =
  | { readonly ok: true; readonly definition: SystemDefinition }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Loads a system file. Throws `invalid_config` with every problem at once: line, path, value, reason. */
export async function loadYamlSystem(text: string): Promise<SystemDefinition> {
  const loaded = readYamlSystem(text);
  if (loaded.ok) return loaded.definition;
  throw invalidConfig("system file", loaded.problems);
}

/** Same as {@link loadYamlSystem}, with problems as a value. Pure. */
export function readYamlSystem(text: string, openModel: OpenModel = systemModels()): LoadedSystem {
  const source = parseYaml(text);
  if (source.problems.length > 0) return { ok: false, problems: source.problems };
  const parsed = SystemFile.safeParse(source.value);
  if (!parsed.success) {
    return refused(source, [...problemsOf(parsed.error, source.value), ...checkReadableGraph(withCalls(source.value))]);
  }
  const ofOutputs: Problem[] = [];
  const roles = Object.entries(parsed.data.roles).map(([name, role]) => {
    const output = outputOf(name, role, ofOutputs);
    return [name, roleOf(role, output, openModel)] as const;
  });
  const assembled = assembleSystem({ ...parsed.data, roles: Object.fromEntries(roles) });
  if (!assembled.ok) return refused(source, [...ofOutputs, ...assembled.problems]);
  return ofOutputs.length > 0 ? refused(source, ofOutputs) : assembled;
}

function refused(source: YamlSource, problems: readonly Problem[]): LoadedSystem {
  return { ok: false, problems: problems.map((problem) => ({ ...problem, ...source.lineOf(problem.path) })) };
}

function roleOf(role: RoleFile, output: z.ZodType | undefined, openModel: OpenModel): RoleDefinition {
  if (!isAgent(role)) return patternRole(role, openModel);
  return agentWith<string, string>({ ...role, output }, openModel);
}

/** The output's JSON Schema as a check; what is none is noted. */
function outputOf(name: string, role: RoleFile, problems: Problem[]): z.ZodType | undefined {
  if (!isAgent(role) || role.output === undefined) return undefined;
  try {
    return z.fromJSONSchema(role.output);
  } catch (error) {
    problems.push({ path: `roles.${name}.output`, value: role.output, reason: `no JSON Schema: ${messageOf(error)}` });
    return undefined;
  }
}
