/** Loads a system from YAML. Hosts are given this module's name (`@troupe/agents/loader`), so that the runtime needs no agents. */
import { messageOf, type Problem, type SystemDefinition } from "@troupe/runtime";
import {
  assembleSystem,
  checkReadableGraph,
  type GuardrailsOption,
  invalidConfig,
  problemsOf,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { modelClassifierWith } from "./guardrails/model-classifier.ts";
import { patternRole, withCalls, withPatterns } from "./patterns/pattern-file.ts";
import { agentWith } from "./roles/agent.ts";
import { type OpenModel, systemModels } from "./roles/agent-ports.ts";
import { type AgentFile, isAgent, SystemFile } from "./system-file.ts";
import { readTools, usedTools } from "./tools/tool-file.ts";
import { parseYaml, type YamlSource } from "./yaml-source.ts";

/** A system, or everything that is wrong with its file. */
export type LoadedSystem =
  | { readonly ok: true; readonly definition: SystemDefinition }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Loads a system file, called `name` to people. Throws `invalid_config` with every problem at once: line, path, value, reason. */
export async function loadYamlSystem(text: string, name = "system file"): Promise<SystemDefinition> {
  const loaded = readYamlSystem(text);
  if (loaded.ok) return loaded.definition;
  throw invalidConfig(name, loaded.problems);
}

/** Same as {@link loadYamlSystem}, with problems as a value. Pure. */
export function readYamlSystem(text: string, openModel: OpenModel = systemModels()): LoadedSystem {
  const source = parseYaml(text);
  if (source.problems.length > 0) return { ok: false, problems: source.problems };
  const parsed = SystemFile.safeParse(withPatterns(source.value));
  if (!parsed.success) {
    return refused(source, [...problemsOf(parsed.error, source.value), ...checkReadableGraph(withCalls(source.value))]);
  }
  const found: Problem[] = [];
  const { tools: declared, workflows } = parsed.data;
  const made = readTools(declared, found);
  const roles = Object.entries(parsed.data.roles).map(([name, role]) => {
    if (!isAgent(role)) return [name, patternRole(role, { name, openModel, workflows, problems: found })] as const;
    const output = outputOf(name, role, found);
    const tools = usedTools(name, role.tools, made, declared, found);
    return [name, agentWith<string, string>({ ...role, output, tools }, openModel)] as const;
  });
  const guardrails = withClassifier(parsed.data.guardrails, openModel);
  const assembled = assembleSystem({ ...parsed.data, guardrails, roles: Object.fromEntries(roles) });
  if (!assembled.ok) return refused(source, [...found, ...assembled.problems]);
  return found.length > 0 ? refused(source, found) : assembled;
}

/** The file's guardrails, with what asks the model that they name. */
function withClassifier(guardrails: SystemFile["guardrails"], openModel: OpenModel): GuardrailsOption | undefined {
  if (guardrails === undefined) return undefined;
  const { classifier, ...rules } = guardrails;
  return classifier === undefined ? rules : { ...rules, classifier: modelClassifierWith(classifier, openModel) };
}

function refused(source: YamlSource, problems: readonly Problem[]): LoadedSystem {
  return { ok: false, problems: problems.map((problem) => ({ ...problem, ...source.lineOf(problem.path) })) };
}

/** The output's JSON Schema as a check; what is none is noted. */
function outputOf(name: string, role: AgentFile, problems: Problem[]): z.ZodType | undefined {
  if (role.output === undefined) return undefined;
  try {
    return z.fromJSONSchema(role.output);
  } catch (error) {
    problems.push({ path: `roles.${name}.output`, value: role.output, reason: `no JSON Schema: ${messageOf(error)}` });
    return undefined;
  }
}
