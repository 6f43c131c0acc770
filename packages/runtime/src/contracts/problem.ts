import type { z } from "zod";
import { TroupeError } from "../errors.ts";

/** One thing that is wrong with an input: where, what was found there, and why it is refused. */
export interface Problem {
  /** `roles.router.replicas`, `graph.router[2]`; empty for the whole input. */
  readonly path: string;
  readonly value: unknown;
  readonly reason: string;
  /** Line in the file that it came from, from 1. */
  readonly line?: number;
}

/** `["graph", "router", 2]` as `graph.router[2]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? String(part) : `.${String(part)}`;
  }
  return text;
}

/** The value at a path, or `undefined`. */
function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function problemsOfIssue(issue: z.core.$ZodIssue, input: unknown, before: readonly PropertyKey[]): readonly Problem[] {
  const path = [...before, ...issue.path];
  const at = (reason: string, place = path, value = valueAt(input, place)): Problem => ({
    path: formatPath(place),
    value,
    reason,
  });
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => at("is not a known setting", [...path, key]));
    case "invalid_key":
      return [
        at(`the name is not allowed: ${issue.issues.map((inner) => inner.message).join("; ")}`, path, path.at(-1)),
      ];
    case "invalid_union": {
      const branches = branchesOf(issue.errors);
      const kinds = kindsOf(branches);
      if (kinds) return [at(`expected one of ${kinds.names.join(", ")}`, [...path, ...kinds.path])];
      const [best] = branches.toSorted(byNearness);
      return best ? best.flatMap((inner) => problemsOfIssue(inner, input, path)) : [at(issue.message)];
    }
    case "invalid_type":
      return [at(valueAt(input, path) === undefined ? `is missing; expected ${issue.expected}` : issue.message)];
    case "too_big":
    case "too_small":
    case "invalid_format":
    case "not_multiple_of":
    case "invalid_element":
    case "invalid_value":
    case "custom":
      return [at(issue.message)];
    default:
      issue satisfies never;
      return [];
  }
}

/** What one branch of a union refused. The branch that got furthest, whose constants fit best, and that refused least is the one that was meant. */
type Branch = readonly z.core.$ZodIssue[];

/** The branches of a union, those of unions among them included. */
const branchesOf = (branches: readonly Branch[]): readonly Branch[] =>
  branches.flatMap((branch) => {
    const [only, ...others] = branch;
    const isUnion = only?.code === "invalid_union" && only.path.length === 0 && others.length === 0;
    return isUnion && only.errors.length > 0 ? branchesOf(only.errors) : [branch];
  });

const depthOf = (branch: Branch): number => branch.reduce((most, issue) => Math.max(most, issue.path.length), 0);

const byNearness = (a: Branch, b: Branch): number =>
  depthOf(b) - depthOf(a) || misfitsOf(a).length - misfitsOf(b).length || a.length - b.length;

const misfitsOf = (branch: Branch) => branch.filter((issue) => issue.code === "invalid_value");

/** Where all branches want another constant at one place, which says what kind of thing it is: that place, and the constants. */
function kindsOf(branches: readonly Branch[]): { readonly path: PropertyKey[]; readonly names: string[] } | undefined {
  const misfits = branches.map((branch) => misfitsOf(branch)[0]);
  const path = misfits[0]?.path ?? [];
  const names = misfits.flatMap((misfit) =>
    misfit && formatPath(misfit.path) === formatPath(path)
      ? [misfit.values.map((value) => preview(value)).join(", ")]
      : [],
  );
  return path.length > 0 && names.length === branches.length ? { path, names: [...new Set(names)] } : undefined;
}

/** Everything that a schema refused, in the form in which people read it. */
export function problemsOf(error: z.core.$ZodError, input: unknown): readonly Problem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(issue, input, []));
}

/** JSON text, cut to what a reader takes in; also for values that JSON cannot hold. */
function preview(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? typeof value;
  } catch {
    text = typeof value; // a cycle or a bigint: its type is all that can be said in one line
  }
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

const show = (value: unknown): string => (value === undefined ? "" : ` (${preview(value)})`);

const asDetail = (value: unknown): string | number | boolean | null =>
  value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : preview(value);

/** One line: `line 12: graph.router[2] ("x"): no role has this name`. */
export function formatProblem({ path, value, reason, line }: Problem): string {
  // A file that does not parse has lines, and no paths yet.
  if (line !== undefined && path === "" && value === undefined) return `line ${line}: ${reason}`;
  return `${line === undefined ? "" : `line ${line}: `}${path || "(whole file)"}${show(value)}: ${reason}`;
}

/** `invalid_config` with every problem in the message and, as data, in `details.problems`. */
export function invalidConfig(what: string, problems: readonly Problem[]): TroupeError {
  const count = problems.length === 1 ? "1 error" : `${problems.length} errors`;
  const lines = problems.map((problem) => `  ${formatProblem(problem)}`);
  return new TroupeError("invalid_config", `${what}: ${count}\n${lines.join("\n")}`, {
    details: { problems: problems.map((problem) => ({ ...problem, value: asDetail(problem.value) })) },
  });
}
