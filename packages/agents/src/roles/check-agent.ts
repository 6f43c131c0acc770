import { formatProblem, messageOf, type Problem, type SystemManifest } from "@troupe/runtime";
import { edgesOf, problemsOf } from "@troupe/runtime/internal";
import { z } from "zod";
import { reachableAliases } from "../models/model-route.ts";
import { knownAliases, specOf } from "../models/registry.ts";
import { checkTools } from "../tools/check-tools.ts";
import type { AgentSpec } from "./agent-options.ts";
import { answerSchemaOf } from "./answer.ts";
import { MAX_CARRIED } from "./conversation.ts";

/** What is wrong with an agent in its system, all at once. */
export function checkAgent(spec: AgentSpec, manifest: SystemManifest, name: string): readonly Problem[] {
  return [
    ...modelProblems(spec.model, manifest.models),
    ...instructionProblems(spec),
    ...targetProblems(spec, manifest, name),
    ...numberProblems(spec),
    ...schemaProblems(spec),
    ...checkTools(spec.tools, spec.grants),
    ...whenDownProblems(spec, edgesOf(manifest, name)),
  ];
}

/** What is wrong with an alias in a system: nobody knows it, or one that it leads to. */
export function modelProblems(model: string, models: SystemManifest["models"]): Problem[] {
  const known = knownAliases(models);
  if (!known.includes(model)) {
    return [{ path: "model", value: model, reason: `no model has this alias; known are ${known.join(", ")}` }];
  }
  const reachable = reachableAliases(model, models);
  const hedges = reachable.flatMap((alias) => specOf(alias, models)?.hedge?.to ?? []);
  return [...reachable, ...hedges]
    .filter((alias) => !known.includes(alias))
    .map((other) => {
      const reason = `its tiers, fallbacks or hedges name ${JSON.stringify(other)}, which is no model; known are ${known.join(", ")}`;
      return { path: "model", value: model, reason };
    });
}

function instructionProblems({ instructions }: AgentSpec): Problem[] {
  if (instructions.trim() !== "") return [];
  return [{ path: "instructions", value: instructions, reason: "an agent needs instructions" }];
}

function targetProblems(spec: AgentSpec, manifest: SystemManifest, name: string): Problem[] {
  const found: Problem[] = [];
  if (spec.to !== undefined && spec.route.length > 0) {
    found.push({ path: "to", value: spec.to, reason: "give either `to` or `route`" });
  }
  if (spec.decidesOnly && spec.route.length === 0) {
    found.push({ path: "decidesOnly", value: true, reason: "a role that only decides needs a `route` to choose from" });
  }
  if (spec.decidesOnly && spec.output !== undefined) {
    found.push({ path: "output", value: undefined, reason: "a role that only decides has no output" });
  }
  const edges = edgesOf(manifest, name);
  const named = [
    ...spec.route.map((target, index) => ({ path: `route[${index}]`, target })),
    { path: "to", target: spec.to },
  ];
  for (const { path, target } of named) {
    if (target === "human") {
      found.push({
        path,
        value: target,
        reason: "an agent hands on to roles and answers the client; it cannot address a person",
      });
    } else if (target !== undefined && !edges.includes(target)) {
      const reason = `the graph has no such edge; the edges of ${name} are ${edges.join(", ") || "none"}`;
      found.push({ path, value: target, reason });
    }
  }
  return found;
}

const Numbers = z.object({
  temperature: z.number().min(0).max(2).optional(),
  maxOutputTokens: z.int().min(1).optional(),
  maxIterations: z.int().min(1).max(100),
  context: z.object({ turns: z.int().min(0).max(MAX_CARRIED), summarise: z.boolean() }),
});

function numberProblems(spec: AgentSpec): Problem[] {
  const parsed = Numbers.safeParse(spec);
  if (parsed.success) return [];
  return [...problemsOf(parsed.error, spec)];
}

/** A degraded answer must be one that the model could have given. */
function whenDownProblems(
  { whenDown, route, to, output, decidesOnly }: AgentSpec,
  edges: readonly string[],
): Problem[] {
  if (typeof whenDown === "string") return [];
  const found: Problem[] = [];
  const targets = route.length > 0 ? route : to === undefined ? [] : [to];
  if (whenDown.to === undefined && route.length > 0 && !route.includes("client")) {
    found.push({ path: "whenDown.to", value: undefined, reason: `say who gets the answer: ${route.join(", ")}` });
  } else if (whenDown.to !== undefined && (!targets.includes(whenDown.to) || !edges.includes(whenDown.to))) {
    const reason = `the role hands on to ${targets.join(", ") || "nobody"}`;
    found.push({ path: "whenDown.to", value: whenDown.to, reason });
  }
  const checked = decidesOnly ? undefined : (output ?? z.string()).safeParse(whenDown.answer);
  if (checked?.success === false) {
    const reason = `no answer of this role: ${problemsOf(checked.error, whenDown.answer).map(formatProblem).join("; ")}`;
    found.push({ path: "whenDown.answer", value: whenDown.answer, reason });
  }
  return found;
}

function schemaProblems(spec: AgentSpec): Problem[] {
  const found: Problem[] = [];
  try {
    answerSchemaOf({ route: spec.route, hasContent: !spec.decidesOnly, output: spec.output });
  } catch (error) {
    found.push({ path: "output", value: undefined, reason: `no JSON Schema can be made of it: ${messageOf(error)}` });
  }
  return found;
}
