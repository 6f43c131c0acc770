/** One message to an agent elsewhere, as an effect of the hop. */
import { type Context, fail, type Outcome, type StepScope, TroupeError } from "@troupe/runtime";
import { admit, type RecordedRefusal } from "../tools/gate/admit.ts";
import type { ToolPorts } from "../tools/gate/tool-ports.ts";
import type { Tool } from "../tools/tool.ts";
import { OUTSIDE_MARGIN_MS } from "./outside-tool.ts";

export interface Saying<T extends object> {
  readonly tool: Tool;
  readonly ports: ToolPorts;
  /** Of the step. */
  readonly name: string;
  /** Throws `unavailable` when nothing was sent, `outcome_unknown` when nobody knows. What it returns is recorded. */
  readonly send: (scope: StepScope) => Promise<T>;
}

/** Nothing was said: how the hop ends. */
export interface Unsaid {
  readonly unsaid: Outcome;
}

/** What is recorded of a try that reached nobody. */
interface Unsent {
  readonly unsent: string;
}
type Recorded<T> = T | RecordedRefusal | Unsent;

/** Before each further try. */
const PAUSES_MS = [1_000, 5_000, 15_000];

/**
 * Says it once. A crash before the result is recorded leaves it in doubt, unless the agent takes it twice for one. That nobody was there is
 * known, and recorded as well: it is tried again after a pause, as a step of its own. Admitted and charged for once, before the first try.
 */
export async function sayOutside<T extends object>(ctx: Context, saying: Saying<T>): Promise<T | Unsaid> {
  for (let tries = 0; ; tries++) {
    const said = await recorded(ctx, saying, tries === 0);
    if (isRefused(said)) return { unsaid: fail({ code: "budget_exceeded", message: said.text }) };
    if (!isUnsent(said)) return said;
    const pauseMs = PAUSES_MS[tries];
    if (pauseMs === undefined) return { unsaid: fail({ code: "unavailable", message: said.unsent }) };
    await ctx.sleep(pauseMs);
  }
}

function recorded<T extends object>(ctx: Context, { tool, ports, name, send }: Saying<T>, isFirst: boolean) {
  const { costMicros, timeoutMs } = tool.rules;
  return ctx.step<Recorded<T>>(name, (scope) => sent(send(scope), tool.isIdempotent), {
    effect: tool.isIdempotent ? "repeat" : "once",
    ...(isFirst && { admit: () => admit(ctx, ports, tool) }),
    stuckAfter: { firstMs: timeoutMs + OUTSIDE_MARGIN_MS },
    usage: (value) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the step's own result
      const result = value as Recorded<T>;
      const isFree = costMicros === 0 || isRefused(result) || isUnsent(result);
      return isFree ? undefined : { inputTokens: 0, outputTokens: 0, costMicros };
    },
  });
}

async function sent<T>(sending: Promise<T>, isIdempotent: boolean): Promise<T | Unsent> {
  try {
    return await sending;
  } catch (error) {
    if (TroupeError.is(error, "unavailable")) return { unsent: error.message };
    if (!TroupeError.is(error, "outcome_unknown") || isIdempotent) throw error;
    const message = `it is not known whether the agent has the message: ${error.message}`;
    throw new TroupeError("effect_in_doubt", message, { cause: error });
  }
}

const isRefused = <T extends object>(value: Recorded<T>): value is RecordedRefusal => "refused" in value;
const isUnsent = <T extends object>(value: Recorded<T>): value is Unsent => "unsent" in value;
