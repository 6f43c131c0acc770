/** The patterns in a system file: roles that are configuration only, named by `pattern`. Names and defaults are those of the functions. */
import type { Problem, RoleDefinition } from "@troupe/runtime";
import { RoleName } from "@troupe/runtime/internal";
import { z } from "zod";
import { A2aFields, a2aRole } from "../a2a/a2a-role.ts";
import { NatsAgentFields, natsAgentRole } from "../nats-agents/nats-agent-role.ts";
import { RetrievalRole, retrievalRole } from "../retrieval/retrieval-file.ts";
import type { OpenModel } from "../roles/agent-ports.ts";
import { type WorkflowFiles, WorkflowRole, workflowRole } from "../workflows/workflow-file.ts";
import { debate } from "./debate.ts";
import { fanOutAndJoin } from "./fan-out-and-join.ts";
import { chair, groupChat } from "./group-chat.ts";
import { handOff } from "./hand-off.ts";
import { planAndExecute, workPlanner } from "./plan-and-execute.ts";
import { critic, reflection } from "./reflection.ts";
import { asked, asking, ModelFields, RoleSettingsFile, target } from "./role-fields.ts";
import { vote, voter } from "./vote.ts";

const roles = z.array(RoleName).min(1).max(200);
const texts = z.tuple([z.string().min(1)], z.string().min(1));

const count = (most: number, meaning: string) => z.int().min(1).max(most).optional().describe(meaning);

const Reflection = asking("reflection").extend({
  writer: RoleName,
  critic: RoleName,
  maxRounds: count(20, "Critiques at most. Default 3."),
});
const PlanAndExecute = asking("plan-and-execute").extend({
  planner: RoleName,
  executor: RoleName,
  writer: RoleName.optional().describe("Writes the answer from the results. Absent = the last step's result."),
  maxSteps: count(50, "Longest plan that is carried out. Default 10."),
  maxPlans: count(5, "Plans at most, a new one when a step fails. Default 2."),
});
const FanOutAndJoin = asking("fan-out-and-join").extend({
  workers: roles,
  need: z
    .union([z.enum(["all", "any"]), z.strictObject({ quorum: z.int().min(1) })])
    .optional()
    .describe("How many good answers are waited for. Default all."),
  joiner: RoleName.optional().describe("Makes one answer of them. Absent = the list of answers."),
});
const Vote = asking("vote").extend({
  voters: roles,
  rule: z.enum(["plurality", "majority", "unanimous"]).optional().describe("What wins. Default plurality."),
  quorum: z.int().min(1).optional().describe("Ballots that are waited for. Default all."),
});
const Debate = asking("debate").extend({
  debaters: roles,
  judge: RoleName,
  rounds: count(10, "Rounds of argument. Default 2."),
});
const GroupChat = asking("group-chat").extend({
  speakers: roles,
  chair: RoleName.optional().describe("Chooses who speaks next. Absent = round robin."),
  writer: RoleName.optional().describe("Writes the answer from the chat. Absent = what was said last."),
  maxTurns: count(100, "Turns at most. Default 10."),
  stopWord: z.string().min(1).optional().describe("A turn that holds this text is the last one."),
});
const HandOff = RoleSettingsFile.extend({
  pattern: z.literal("hand-off"),
  ...ModelFields,
  peers: roles.describe("Roles that the model may hand the conversation over to."),
  to: target.describe("Where the answer goes when it does not hand over."),
  maxHandOffs: count(20, "Hand-overs among the peers at most. Default 5."),
});
const A2a = asking("a2a").extend({
  type: z.literal("a2a").optional().describe("The same as `pattern: a2a`."),
  ...A2aFields,
});
const NatsAgent = asking("nats-agent").extend({
  type: z.literal("nats-agent").optional().describe("The same as `pattern: nats-agent`."),
  ...NatsAgentFields,
});
const Voter = asked("voter").extend({ choices: texts.optional().describe("What may be chosen. Absent = free text.") });
const Chair = asked("chair").extend({
  speakers: z.tuple([RoleName], RoleName).describe("The speakers of the chat that it leads."),
});

/** All of them, told apart by `pattern`. */
export const PATTERN_FILES = [
  Reflection,
  asked("critic"),
  PlanAndExecute,
  asked("planner"),
  FanOutAndJoin,
  Vote,
  Voter,
  Debate,
  GroupChat,
  Chair,
  HandOff,
  WorkflowRole,
  RetrievalRole,
  A2a,
  NatsAgent,
] as const;
export type PatternFile = z.infer<(typeof PATTERN_FILES)[number]>;

/** What a role is made with, besides its own part of the file. */
export interface PatternSources {
  readonly name: string;
  readonly openModel: OpenModel;
  readonly workflows: WorkflowFiles;
  /** Problems that no schema finds are noted here. */
  readonly problems: Problem[];
}

const Readable = z.looseObject({ roles: z.record(z.string(), z.unknown()), tools: z.unknown().optional() });
/** Fields of a pattern that name roles that it asks. */
const ASKED = ["writer", "critic", "planner", "executor", "workers", "joiner", "voters", "debaters", "judge", "chair"];

const OfType = z.looseObject({ type: z.enum(["a2a", "nats-agent"]), pattern: z.undefined().optional() });

/** A file as it was read, each role of a `type` with the `pattern` that it means. */
export function withPatterns(input: unknown): unknown {
  const parsed = Readable.safeParse(input);
  if (!parsed.success) return input;
  const named = Object.entries(parsed.data.roles).map(([name, role]) => {
    const { data } = OfType.safeParse(role);
    return [name, data === undefined ? role : { ...data, pattern: data.type }] as const;
  });
  return { ...parsed.data, roles: Object.fromEntries(named) };
}

/** A file as it was read, each role with the `calls` that its pattern makes: what the graph is checked with when other parts are wrong. */
export function withCalls(input: unknown): unknown {
  const parsed = Readable.safeParse(input);
  if (!parsed.success) return input;
  const behind = rolesBehindTools(parsed.data.tools);
  const found = Object.entries(parsed.data.roles).map(([name, role]) => [name, roleWithCalls(role, behind)] as const);
  return { ...parsed.data, roles: Object.fromEntries(found) };
}

function roleWithCalls(role: unknown, behind: ReadonlyMap<string, string>): unknown {
  const parsed = z.looseObject({}).safeParse(role);
  if (!parsed.success) return role;
  const { pattern } = parsed.data;
  const fields = pattern === "chair" ? ASKED : [...ASKED, "speakers"];
  const byPattern = typeof pattern === "string" ? fields.flatMap((field) => parsed.data[field] ?? []) : [];
  const used = z.array(z.string()).safeParse(parsed.data["tools"]).data ?? [];
  return { ...parsed.data, calls: [...byPattern, ...used.flatMap((name) => behind.get(name) ?? [])] };
}

/** By tool: the role that it asks. */
function rolesBehindTools(tools: unknown): ReadonlyMap<string, string> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(tools);
  if (!parsed.success) return new Map();
  const RoleBehind = z.looseObject({ type: z.literal("role"), role: z.string() });
  return new Map(
    Object.entries(parsed.data).flatMap(([name, tool]) => {
      const found = RoleBehind.safeParse(tool);
      return found.success ? [[name, found.data.role] as const] : [];
    }),
  );
}

/** The role that a system file describes. */
// oxlint-disable-next-line typescript/consistent-return -- every case returns, and the compiler knows it
export function patternRole(
  file: PatternFile,
  { name, openModel, workflows, problems }: PatternSources,
): RoleDefinition {
  switch (file.pattern) {
    case "reflection":
      return reflection<string, string, string>(file);
    case "critic":
      return critic(file, openModel);
    case "plan-and-execute":
      return planAndExecute<string, string, string, string>(file);
    case "planner":
      return workPlanner(file, openModel);
    case "fan-out-and-join":
      return fanOutAndJoin<string, string, string>(file);
    case "vote":
      return vote<string, string>(file);
    case "voter":
      return voter(file, openModel);
    case "debate":
      return debate<string, string, string>(file);
    case "group-chat":
      return groupChat<string, string, string, string>(file);
    case "chair":
      return chair(file, openModel);
    case "hand-off":
      return handOff<string, string>(file, openModel);
    case "a2a":
      return a2aRole<string>(file);
    case "nats-agent":
      return natsAgentRole<string>(file);
    case "workflow":
      return workflowRole(name, file, workflows, problems);
    case "retrieval":
      return retrievalRole(file, openModel);
  }
}
