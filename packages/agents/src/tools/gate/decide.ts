/**
 * The gate's decision on one call of a model: graph → permission → schema → taint → approval, in this order; pure, and the same on every
 * replay. Rate and budget are asked where the call is carried out (`admit.ts`), then `begin`, run, `step`.
 */
import type { Json, ToolPermission } from "@troupe/runtime";
import { labelsBesideSecret, unacceptedLabels } from "../labels.ts";
import type { Tool } from "../tool.ts";
import { readArguments } from "./arguments.ts";

/** Which rule refused a call. */
export type GateRule =
  | "graph"
  | "permission"
  | "schema"
  | "taint"
  | "rate"
  | "budget"
  | "approval"
  | "pin"
  | "guardrail";

export interface Refusal {
  readonly rule: GateRule;
  /** What the model, and whoever reads the audit, is told. */
  readonly reason: string;
}

/** What the decision is made from. */
export interface GateFacts {
  readonly call: {
    readonly name: string;
    readonly arguments: string;
    /** Guardrails that do not let the arguments through. */
    readonly blocked?: readonly string[] | undefined;
  };
  /** The tools that the role has; nothing else may be called. */
  readonly tools: readonly Tool[];
  readonly grants: readonly ToolPermission[];
  /** Roles that the graph lets the role address; `undefined` = not known here, and the hop refuses what is no edge. */
  readonly edges: readonly string[] | undefined;
  /** Labels of everything that the hop has seen. */
  readonly taint: readonly string[];
}

export type GateVerdict =
  | { readonly verdict: "run"; readonly tool: Tool; readonly args: unknown; readonly given: Json }
  | {
      readonly verdict: "ask_person";
      readonly tool: Tool;
      readonly args: unknown;
      readonly given: Json;
      readonly why: string;
    }
  | { readonly verdict: "refuse"; readonly tool: Tool | undefined; readonly refusal: Refusal };

/** Decides on a call. */
export function decideCall(facts: GateFacts): GateVerdict {
  const { call, tools, taint } = facts;
  const tool = tools.find(({ name }) => name === call.name);
  const refuse = (rule: GateRule, reason: string): GateVerdict => ({
    verdict: "refuse",
    tool,
    refusal: { rule, reason },
  });
  if (tool === undefined) {
    const names = tools.map(({ name }) => name).join(", ") || "none";
    return refuse("graph", `there is no tool ${JSON.stringify(call.name.slice(0, 64))}. Tools: ${names}.`);
  }
  const barred = barredByRole(tool, facts);
  if (barred !== undefined) return refuse(barred.rule, barred.reason);
  if (call.blocked !== undefined) return refuse("guardrail", `the arguments are blocked by ${call.blocked.join(", ")}`);
  const given = readArguments(call.arguments);
  if (!given.ok) return refuse("schema", given.reason);
  const parsed = tool.parse(given.value);
  if (!parsed.ok) return refuse("schema", `Wrong arguments: ${parsed.reason}`);
  const unaccepted = unacceptedLabels(tool.rules.accepts, taint);
  if (unaccepted.length > 0) return refuse("taint", `it does not accept content labelled ${unaccepted.join(", ")}`);
  const ready = { tool, args: parsed.value, given: given.value };
  const why = personNeeded(tool, taint);
  return why === undefined ? { verdict: "run", ...ready } : { verdict: "ask_person", ...ready, why };
}

function barredByRole(tool: Tool, { edges, grants }: GateFacts): Refusal | undefined {
  if (tool.kind === "role" && edges !== undefined && tool.target !== undefined && !edges.includes(tool.target)) {
    return { rule: "graph", reason: `the graph has no edge to ${tool.target}` };
  }
  if (grants.includes(tool.rules.permission)) return undefined;
  const granted = grants.join(", ") || "nothing";
  return { rule: "permission", reason: `it needs ${tool.rules.permission}; this role is granted ${granted}` };
}

/**
 * Why a person has to look at the call, if one has to: the tool says so, or one task holds all three of content from outside, a secret, and
 * a way out (the "lethal trifecta").
 */
function personNeeded({ rules }: Tool, taint: readonly string[]): string | undefined {
  if (rules.approval !== undefined) return "it requires the approval of a person";
  const mixedWith = labelsBesideSecret(taint);
  if (!rules.isOutside || mixedWith.length === 0) return undefined;
  return `the task holds a secret and content from outside (${mixedWith.join(", ")}), and it sends to the outside: a person has to approve that`;
}
