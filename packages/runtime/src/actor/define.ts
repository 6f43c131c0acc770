import type { ZodType } from "zod";
import type { ApprovalRule } from "../contracts/approval.ts";
import type { RoleGuardrails } from "../contracts/guardrail.ts";
import type { Problem } from "../contracts/problem.ts";
import type { PlacementRules, RetryPolicy, SystemManifest } from "../contracts/system.ts";
import type { RoleTaint, ToolManifest } from "../contracts/tool.ts";
import type { Classify } from "../guardrails/classifier.ts";
import type { FindOwn } from "../guardrails/own-rules.ts";
import type { RuleFunction } from "../rules/compile-rules.ts";
import type { Context } from "./context.ts";
import type { Json, Outcome } from "./outcome.ts";

/** Placement and treatment of a role, the same for actors and agents. Defaults are those of `RoleManifest`. */
export interface RoleSettings {
  readonly description?: string | undefined;
  readonly replicas?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Beside or apart from which roles, spread over what, with how much memory. */
  readonly placement?: PlacementRules | undefined;
  readonly variants?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  readonly timeoutMs?: number | undefined;
  /** Labels of content from outside that it accepts; absent = all. What comes with another one is parked as `taint_refused`. */
  readonly taint?: RoleTaint | undefined;
  readonly stuckAfterMs?: number | undefined;
  /** What is done about content of this role where the system has guardrails, over what it says. */
  readonly guardrails?: RoleGuardrails | undefined;
  /** Edges that people have to approve, by receiver (`client` for the answer). The role needs an edge to `human`. */
  readonly approvals?: Readonly<Record<string, ApprovalRule>> | undefined;
}

/**
 * A role as the host runs it. `create` makes one instance per replica: one message at a time (or `concurrency`), fields live as long as
 * the instance. `Targets` is covariant: what the role addresses must be edges of the graph that it is put into.
 */
export interface RoleDefinition<Targets extends string = string> {
  readonly kind: "actor" | "agent";
  readonly settings: RoleSettings;
  /** What a message must look like; checked before the handler sees it. Absent = any JSON. */
  readonly accepts?: ZodType | undefined;
  /** Whether messages of A2A clients come whole, files among them. */
  readonly takesFiles?: boolean | undefined;
  /** What the role says of itself, as JSON, for the manifest. */
  readonly about: Readonly<Record<string, Json>>;
  /** Roles that it calls and waits for. */
  readonly calls?: readonly Targets[] | undefined;
  /** Tools of its model, for the manifest: by these the node checks what a host asks of it. */
  readonly tools?: readonly ToolManifest[] | undefined;
  /** Conditions of the system's escalation rules that are functions, by the rule's name. Set when the system is put together. */
  readonly ruleFunctions?: Readonly<Record<string, RuleFunction>> | undefined;
  /** Texts whose words must not leave in an answer: an agent's instructions. For guardrails. */
  readonly hidden?: readonly string[] | undefined;
  /** The system's own guardrail rules that are functions, by name. Set when the system is put together. */
  readonly guardrailFunctions?: ReadonlyMap<string, FindOwn> | undefined;
  /** Asks the model of the system's guardrails. Set when the system is put together. */
  readonly classify?: Classify | undefined;
  /** What is wrong with the role in this system, where the role knows more than the graph; paths are relative to the role. */
  check?(manifest: SystemManifest, name: string): readonly Problem[];
  /** The same role, knowing the system that it is part of. Called once, when the system is put together. */
  bind?(manifest: SystemManifest): RoleDefinition<Targets>;
  /** One instance. Throws when the role cannot run on this node (a missing key, say). */
  create(): RoleInstance<Targets>;
}

export interface RoleInstance<Targets extends string = string> {
  /** `message` is what `accepts` made of the body, or the body itself where nothing is declared. */
  receive(message: Json, ctx: Context): Promise<Outcome<Targets>> | Outcome<Targets>;
  /** How many calls the provider of its model still allows for now; `undefined` = not known. For escalation rules. */
  callsLeft?(): number | undefined;
  /** Called when the replica stops in an orderly way. */
  dispose?(): Promise<void> | void;
}
