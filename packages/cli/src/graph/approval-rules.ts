/** What of a graph people have to approve: edges and tools, with who and how many. Pure. */
import { type ApprovalRule, mergedRule, type SystemManifest } from "@troupe/runtime/internal";

export interface ApprovalRuleShown {
  /** `editor → client`, or `clerk calls pay`. */
  readonly act: string;
  readonly approvals: number;
  /** Users and groups; absent = whoever may decide. */
  readonly approvers?: readonly string[];
}

export function approvalRules({ roles, approvals: system }: SystemManifest): readonly ApprovalRuleShown[] {
  const shown = (act: string, rule: ApprovalRule): ApprovalRuleShown => {
    const { approvals = 1, approvers } = mergedRule(rule, system);
    return { act, approvals, ...(approvers === undefined ? {} : { approvers }) };
  };
  return Object.entries(roles).flatMap(([role, { approvals = {}, tools = [] }]) => [
    ...Object.entries(approvals).map(([to, rule]) => shown(`${role} → ${to}`, rule)),
    ...tools.flatMap(({ name, approval }) =>
      approval === undefined ? [] : [shown(`${role} calls ${name}`, approval)],
    ),
  ]);
}

/** One line each, none where nothing needs a person. */
export function approvalRuleLines(manifest: SystemManifest): readonly string[] {
  const rules = approvalRules(manifest);
  const width = Math.max(0, ...rules.map(({ act }) => act.length));
  return rules.map(({ act, approvals, approvers }) => {
    const people = approvals === 1 ? "1 person" : `${approvals} people`;
    return `${act.padEnd(width)}  approved by ${people}${approvers === undefined ? "" : ` of ${approvers.join(", ")}`}`;
  });
}
