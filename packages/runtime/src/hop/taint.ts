/** Taint (R-GOV-5): labels of content from outside travel with every message, and the receiver decides what it takes. Pure. */
import type { SystemManifest } from "../contracts/system.ts";
import type { RoleTaint } from "../contracts/tool.ts";
import { park } from "./signals.ts";

/** What a system says of labels, for one of its roles. */
export interface TaintRules {
  /** Labels of everything that a client sends. */
  readonly client: readonly string[];
  readonly role: RoleTaint | undefined;
}

/** The rules of a role; `undefined` = its system has none, and nothing has to be looked at. */
export function taintRulesOf(manifest: SystemManifest, role: string): TaintRules | undefined {
  const own = manifest.roles[role]?.taint;
  const client = manifest.taint?.client ?? [];
  return own === undefined && client.length === 0 ? undefined : { client, role: own };
}

/** The labels of a message: what it carries, and those of clients where a client sent it. */
export function labelsOf(from: string, carried: readonly string[], rules: TaintRules | undefined): readonly string[] {
  if (rules === undefined || from !== "client" || rules.client.length === 0) return carried;
  return [...new Set([...carried, ...rules.client])];
}

/** The labels that a role does not take from this sender. */
export function refusedLabels(
  from: string,
  labels: readonly string[],
  rules: TaintRules | undefined,
): readonly string[] {
  if (labels.length === 0 || rules?.role === undefined) return [];
  const { accepts, from: bySender = {} } = rules.role;
  const accepted = Object.hasOwn(bySender, from) ? bySender[from] : accepts;
  return accepted === undefined ? [] : labels.filter((label) => !accepted.includes(label));
}

/** Parks a hop that was given what its role does not accept. */
export function requireAccepted(
  role: string,
  from: string,
  labels: readonly string[],
  rules: TaintRules | undefined,
): void {
  const refused = refusedLabels(from, labels, rules);
  if (refused.length === 0) return;
  const message = `${role} does not accept ${refused.map((label) => JSON.stringify(label)).join(", ")} from ${from}`;
  throw park("taint_refused", message, { from, refused: [...refused] });
}
