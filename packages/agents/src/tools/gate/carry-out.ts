/**
 * One call of a model, through the gate and back as text. What the gate decides by itself is decided again on every replay; everything that
 * is asked or done is one recorded step, so a replay asks and does nothing. A tool that must not run twice has its intent recorded first.
 */
import { type Context, messageOf, type ToolPermission, TroupeError, type Usage } from "@troupe/runtime";
import { classifiedResult, type ScreenedResult, screenedResult } from "../../guardrails/screened-result.ts";
import type { ToolCall } from "../../models/model.ts";
import type { Tool } from "../tool.ts";
import { admit, type RecordedRefusal, recordRefusal } from "./admit.ts";
import { decideCall, type GateVerdict, type Refusal } from "./decide.ts";
import { type CallOutcome, type ObservedCall, observeCall } from "./observed-call.ts";
import { errorText, resultText } from "./result-text.ts";
import { runInTime } from "./run-in-time.ts";
import type { ToolPorts } from "./tool-ports.ts";

/** What a role's calls are decided with, the same for all calls of a hop. */
export interface ToolGate {
  readonly tools: readonly Tool[];
  readonly grants: readonly ToolPermission[];
  readonly edges: readonly string[] | undefined;
  readonly ports: ToolPorts;
}

/** What is recorded of a call: what the model is told. */
interface Recorded extends ScreenedResult {
  readonly refused?: string;
}

type Admitted = Exclude<GateVerdict, { verdict: "refuse" }>;

/** How much longer than its tool a step may be silent before its handler is taken for stuck. */
const STUCK_MARGIN_MS = 5_000;

/**
 * Carries out one call and returns what the model is told: the result, or in clear words why there is none. Throws `effect_in_doubt` when
 * nobody can tell whether a tool that must not run twice has run, and what the runtime throws.
 */
export async function carryOut(ctx: Context, gate: ToolGate, call: ToolCall): Promise<string> {
  const verdict = decideCall({ call, ...gate, taint: ctx.taint });
  if (verdict.verdict === "refuse") return refuse(ctx, gate, call, verdict.refusal);
  if (verdict.verdict === "ask_person") {
    const refusal = await askPerson(ctx, gate, verdict);
    if (refusal !== undefined) return refuse(ctx, gate, call, refusal);
  }
  const { tool } = verdict;
  const text =
    tool.kind === "role" ? await callRole(ctx, gate, call, verdict) : await runStep(ctx, gate, call, verdict);
  if (tool.rules.gives.length > 0) ctx.addTaint(tool.rules.gives);
  return text;
}

async function refuse(ctx: Context, gate: ToolGate, call: ToolCall, refusal: Refusal): Promise<string> {
  const shown = call.name.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64);
  // What a model made up is a name of nothing.
  const name = gate.tools.some((tool) => tool.name === call.name) ? call.name : "unknown";
  const recorded = await ctx.step<Recorded>(`tool:${shown}`, async () => {
    const refused = await recordRefusal(ctx, shown, refusal);
    await observeRefusal({ ctx, name, call, clock: gate.ports.clock }, refused);
    return refused;
  });
  return recorded.text;
}

const observeRefusal = (observed: ObservedCall, { text, refused }: RecordedRefusal): Promise<CallOutcome> =>
  observeCall(observed, () => Promise.resolve({ outcome: "refused", text, errorType: refused }));

async function admitCall(ctx: Context, gate: ToolGate, call: ToolCall, tool: Tool): ReturnType<typeof admit> {
  const refusal = await admit(ctx, gate.ports, tool);
  if (refusal) await observeRefusal({ ctx, name: tool.name, call, clock: gate.ports.clock }, refusal.instead);
  return refusal;
}

/** Waits for people; what they approve is this tool with these arguments, and the hop runs nothing else. */
async function askPerson(
  ctx: Context,
  { edges }: ToolGate,
  { tool, given, why }: Extract<GateVerdict, { verdict: "ask_person" }>,
): Promise<Refusal | undefined> {
  if (edges?.includes("human") === false) return { rule: "approval", reason: `${why}, and this role may ask nobody` };
  const act = { tool: tool.name, arguments: given };
  const answer = await ctx.approval({ act, summary: `${ctx.role} calls ${tool.name}: ${why}`, ...tool.rules.approval });
  if (answer.isApproved) return undefined;
  if (answer.why === "expired") return { rule: "approval", reason: "Nobody approved it in time." };
  const because = answer.reason === undefined ? "" : `: ${answer.reason}`;
  return { rule: "approval", reason: `${answer.by ?? "A person"} denied it${because}` };
}

async function runStep(ctx: Context, gate: ToolGate, call: ToolCall, { tool, args }: Admitted): Promise<string> {
  const { clock } = gate.ports;
  const recorded = await ctx.step<Recorded>(
    `tool:${tool.name}`,
    async ({ idempotencyKey, signal }) => {
      const scope = { idempotencyKey, signal, taint: ctx.taint, ask: ctx.ask.bind(ctx) };
      const { text } = await observeCall({ ctx, name: tool.name, call, clock }, async (): Promise<CallOutcome> => {
        try {
          return { outcome: "ok", text: resultText(tool, await runInTime(tool, args, scope, clock)) };
        } catch (error) {
          signal.throwIfAborted();
          return { outcome: "failed", text: failed(ctx, tool, error), errorType: errorTypeOf(error) };
        }
      });
      return screenedResult(ctx, tool.name, text);
    },
    {
      effect: tool.isIdempotent ? "repeat" : "once",
      admit: () => admitCall(ctx, gate, call, tool),
      stuckAfter: { firstMs: tool.rules.timeoutMs + STUCK_MARGIN_MS },
      usage: (value) => costOf(tool, value),
    },
  );
  return recorded.refused === undefined ? classifiedResult(ctx, tool.name, recorded) : recorded.text;
}

const errorTypeOf = (error: unknown): string => (TroupeError.is(error) ? error.code : "tool_failed");

/** What the model is told of an error. One that leaves open whether the tool took effect is no failure: the hop decides. */
function failed(ctx: Context, tool: Tool, error: unknown): string {
  ctx.log.warn({ tool: tool.name, error: messageOf(error) }, "tool failed");
  if (TroupeError.is(error, "outcome_unknown")) {
    if (!tool.isIdempotent) {
      const message = `it is not known whether ${tool.name} took effect: ${error.message}`;
      throw new TroupeError("effect_in_doubt", message, { details: { tool: tool.name }, cause: error });
    }
    // The next attempt comes with the same idempotency key; what only reads may as well be told.
    if (tool.rules.permission !== "READ") throw error;
  }
  return errorText(tool, error);
}

/** Another role is asked by a call of the runtime, which waits durably; only the admission is a step. */
async function callRole(ctx: Context, gate: ToolGate, call: ToolCall, { tool, given }: Admitted): Promise<string> {
  const refused = await ctx.step<Recorded | null>(
    `tool:${tool.name}`,
    async () => (await admitCall(ctx, gate, call, tool))?.instead ?? null,
    { usage: (value) => (value === null ? costOf(tool, { text: "" }) : undefined) },
  );
  if (refused !== null) return refused.text;
  try {
    return resultText(tool, await ctx.call(tool.target ?? "", given));
  } catch (error) {
    if (!TroupeError.is(error)) throw error;
    return errorText(tool, error);
  }
}

function costOf({ rules }: Tool, value: unknown): Usage | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the step's own result, see `runStep`
  if (rules.costMicros === 0 || (value as Recorded).refused !== undefined) return undefined;
  return { inputTokens: 0, outputTokens: 0, costMicros: rules.costMicros };
}
