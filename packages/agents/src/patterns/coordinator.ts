/**
 * What every pattern with several roles is made of: a role that asks other roles, one after the other or at once, and hands on what came
 * out of it. Each question is a call of the runtime, so the coordinator is out of memory while it waits, and after a crash it goes on from
 * the answers that are recorded: nothing that was answered is asked again.
 */
import {
  type Context,
  complete,
  escalate,
  fail,
  formatProblem,
  forward,
  type Json,
  type Outcome,
  type Problem,
  type RoleDefinition,
  type RoleInstance,
  type RoleSettings,
  reply,
  type SystemManifest,
  TroupeError,
} from "@troupe/runtime";
import { edgesOf, problemsOf, settingsOf } from "@troupe/runtime/internal";
import type { ZodType } from "zod";
import { type Conversation, readConversation, toBody, withTurn } from "../roles/conversation.ts";

/** What all patterns with a coordinator have in common. */
export interface PatternSettings<To extends string> extends RoleSettings {
  /** Where the answer goes: a role, or `client`. Absent = the coordinator can only be called; a called one always answers its caller. */
  readonly to?: To | undefined;
}

/** A number that keeps a pattern finite: a whole number from 1 to `most`. */
export interface Bound {
  readonly value: number;
  readonly most: number;
}

/** A pattern as its file describes it. */
export interface CoordinatorSpec<Asked extends string, To extends string> {
  readonly pattern: string;
  readonly settings: PatternSettings<To>;
  /** Roles that it asks. Each must be an edge of the graph. */
  readonly asks: readonly Asked[];
  /** By the name of the option. */
  readonly bounds: Readonly<Record<string, Bound>>;
  /** What else the manifest shows of it. */
  readonly about?: Readonly<Record<string, Json>>;
  /** Lists that need at least one entry, by the name of the option. */
  readonly lists?: Readonly<Record<string, readonly string[]>>;
  /** What else is wrong with the options, whatever the system is. */
  readonly problems?: readonly Problem[];
  /** Whether it asks people to approve something. */
  readonly asksPeople?: boolean;
  /** Makes the answer. Deterministic between its questions. A `TroupeError` ends the hop: `escalated` escalates, every other fails it. */
  run(conversation: Conversation, ctx: Context<Asked>): Promise<Json>;
}

/** A role that gets its answer by asking other roles. */
export function coordinator<Asked extends string, To extends string>(
  spec: CoordinatorSpec<Asked, To>,
): RoleDefinition<Asked | To> {
  const { pattern, settings, bounds, about = {} } = spec;
  const limits = Object.entries(bounds).map(([name, { value }]) => [name, value] as const);
  return {
    kind: "actor",
    settings: settingsOf(settings),
    calls: [...new Set(spec.asks)],
    about: {
      pattern,
      ...Object.fromEntries(limits),
      ...about,
      ...(settings.to === undefined ? {} : { to: settings.to }),
    },
    check: (manifest, name) => checkCoordinator(spec, manifest, name),
    // It addresses only `settings.to`: one of these targets.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    create: () => ({ receive: (message, ctx) => answer(spec, message, ctx) }) as RoleInstance<Asked | To>,
  };
}

async function answer<Asked extends string, To extends string>(
  spec: CoordinatorSpec<Asked, To>,
  message: Json,
  ctx: Context,
): Promise<Outcome> {
  const conversation = readConversation(message);
  try {
    return handOn(spec.settings.to, ctx, conversation, await spec.run(conversation, ctx));
  } catch (error) {
    if (TroupeError.is(error, "escalated")) return escalate(error.message);
    // What a role answered is recorded: another attempt would only read it again.
    if (TroupeError.is(error)) return fail(error.toBody());
    throw error;
  }
}

/** The outcome that hands an answer on: to whoever called, else to `to`. */
export function handOn(to: string | undefined, ctx: Context, conversation: Conversation, content: Json): Outcome {
  if (ctx.isCalled) return reply(content);
  if (to === undefined) {
    return fail({ code: "illegal_outcome", message: `role ${ctx.role} has no \`to\`: it can only be called` });
  }
  if (to === "client") return complete(content);
  return forward(to, toBody(withTurn(conversation, { role: ctx.role, content })));
}

/** What is wrong with where an answer goes. */
export function checkTo(to: string | undefined, manifest: SystemManifest, name: string): readonly Problem[] {
  const edges = edgesOf(manifest, name);
  if (to === "human") return [{ path: "to", value: to, reason: "an answer goes to a role or to the client" }];
  if (to === undefined || edges.includes(to)) return [];
  const reason = `the graph has no such edge; the edges of ${name} are ${edges.join(", ") || "none"}`;
  return [{ path: "to", value: to, reason }];
}

function checkCoordinator(
  { settings, bounds, lists = {}, problems = [], asksPeople = false }: CoordinatorSpec<string, string>,
  manifest: SystemManifest,
  name: string,
): readonly Problem[] {
  const found: Problem[] = [...problems, ...checkTo(settings.to, manifest, name)];
  const edges = edgesOf(manifest, name);
  if (asksPeople && !edges.includes("human")) {
    const reason = `${name} asks people to approve stages, so it needs an edge to human`;
    found.push({ path: "", value: edges, reason });
  }
  for (const [path, { value, most }] of Object.entries(bounds)) {
    if (!Number.isInteger(value) || value < 1 || value > most) {
      found.push({ path, value, reason: `must be a whole number from 1 to ${most}` });
    }
  }
  for (const [path, list] of Object.entries(lists)) {
    if (list.length === 0) found.push({ path, value: list, reason: "must name at least one role" });
  }
  return found;
}

/** Asks a role to go on with a conversation. Throws the error of a role that could not. */
export const ask = async <To extends string>(
  ctx: Context<To>,
  role: To,
  conversation: Conversation,
  note?: string,
): Promise<Json> => ctx.call(role, toBody({ ...conversation, note: note ?? conversation.note }));

/** A role's answer in the form that the pattern needs; one of another form escalates. */
export function readAnswer<T>(schema: ZodType<T>, role: string, value: Json): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, value).map(formatProblem).join("; ");
  throw new TroupeError("escalated", `the answer of ${role} does not have the form that is needed: ${problems}`);
}
