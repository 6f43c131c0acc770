import type { ApprovalAnswer, ApprovalRequest } from "../actor/approval.ts";
import type {
  AskedCall,
  Context,
  HandlerLog,
  JoinAnswer,
  Need,
  SettledAnswer,
  StateAccess,
  StepOptions,
} from "../actor/context.ts";
import { notOffered } from "../actor/not-offered.ts";
import type { Json } from "../actor/outcome.ts";
import type { Usage } from "../contracts/record.ts";
import { errorBodyOf, TroupeError } from "../errors.ts";
import { requireTaskId, START_HOP } from "../ids.ts";

/** One effect that a handler took, in the order of the calls. */
export interface FakeStep {
  readonly name: string;
  readonly value: unknown;
  readonly effect: "repeat" | "once";
  readonly usage?: Usage | undefined;
}

/** What a test sets; everything has a default. */
export interface FakeContextOptions {
  readonly role?: string;
  readonly from?: string;
  readonly isCalled?: boolean;
  readonly attempt?: number;
  readonly model?: string;
  readonly session?: string;
  /** State of the role, as an earlier task of the session left it. */
  readonly state?: unknown;
  readonly remainingMs?: number;
  /** Labels of the message. */
  readonly taint?: readonly string[];
  readonly isConfidential?: boolean;
  readonly prefersFallback?: boolean;
  readonly abortSignal?: AbortSignal;
  /** Results of steps that an earlier run recorded: a replay uses them and runs nothing. */
  readonly journal?: readonly { readonly name: string; readonly value: unknown }[];
  /** Answers to `call` and `all`. */
  readonly answer?: (to: string, body: Json) => Json | Promise<Json>;
  /** What people say to what they are asked to approve. */
  readonly approve?: (request: ApprovalRequest) => ApprovalAnswer | Promise<ApprovalAnswer>;
  /** The system's guardrails. Default: none. */
  readonly screen?: Context["screen"];
  /** Their second stage. Default: it allows everything. */
  readonly classify?: Context["classify"];
  /** What the signals bring, by name; absent = they expire. */
  readonly signals?: Readonly<Record<string, Json>>;
  /** The node's services, by name. */
  readonly services?: Readonly<Record<string, (body: Json) => Json | Promise<Json>>>;
  readonly nowMs?: number;
  readonly random?: () => number;
}

/** A context in memory that keeps what the handler did, for unit tests of handlers: no log, no suspension, no retries. */
export interface FakeContext extends Context, Told {}

/** What a handler did, in order. */
interface Told {
  readonly steps: FakeStep[];
  readonly emitted: { readonly name: string; readonly data: Json }[];
  readonly tokens: string[];
  readonly called: { readonly to: string; readonly body: Json }[];
  readonly logged: {
    readonly level: keyof HandlerLog;
    readonly fields: Record<string, unknown>;
    readonly text: string;
  }[];
}

const TASK = requireTaskId("0-v1-00000000000000000000000000").id;

/** Builds a {@link FakeContext}. */
export function createFakeContext(options: FakeContextOptions = {}): FakeContext {
  const told: Told = { steps: [], emitted: [], tokens: [], called: [], logged: [] };
  const { steps, emitted, tokens, called, logged } = told;
  const taint = new Set(options.taint);
  const signal = options.abortSignal ?? new AbortController().signal;
  const step: Context["step"] = (name, run, stepOptions) => runStep(steps, options, signal, name, run, stepOptions);
  const ask = async (to: string, body: Json): Promise<Json> => {
    called.push({ to, body });
    if (options.answer === undefined) throw new TroupeError("invalid_request", `the test has no answer of ${to}`);
    return options.answer(to, body);
  };
  return {
    task: { id: TASK, tenant: "default", session: options.session },
    role: options.role ?? "role",
    node: "node",
    hop: START_HOP,
    from: options.from ?? "client",
    isCalled: options.isCalled ?? false,
    attempt: options.attempt ?? 1,
    model: options.model,
    depth: 0,
    get taint() {
      return [...taint];
    },
    addTaint: (labels) => labels.forEach((label) => taint.add(label)),
    isConfidential: options.isConfidential ?? false,
    prefersFallback: options.prefersFallback ?? false,
    log: recordingLog(logged),
    abortSignal: signal,
    remainingMs: () => options.remainingMs,
    step,
    now: () => step("now", () => options.nowMs ?? 0),
    random: () => step("random", () => options.random?.() ?? 0.5),
    emit: async (name, data) => void emitted.push({ name, data }),
    token: (text) => void tokens.push(text),
    alive: () => {},
    ...guardrailsOf(options),
    ask: (service, body) => askService(options, service, body),
    call: (to, body) => ask(to, body),
    all: (calls, need) => join(calls, ask, need),
    settle: (calls) => Promise.all(calls.map((call, index) => settled(call, index, ask))),
    sleep: async () => {},
    approval: (request) => approve(options, request),
    signal: async (name) => options.signals?.[name],
    state: memoryState(options.state),
    ...told,
  };
}

const guardrailsOf = ({ screen, classify }: FakeContextOptions): Pick<Context, "screen" | "classify"> => ({
  screen: screen ?? (async (_, value) => ({ verdict: "allow", value, rules: [] })),
  classify: classify ?? (async ({ value }) => ({ verdict: "allow", value, rules: [] })),
});

async function approve({ approve: decide }: FakeContextOptions, request: ApprovalRequest): Promise<ApprovalAnswer> {
  if (decide === undefined) throw new TroupeError("invalid_request", "the test has nobody who approves");
  return decide(request);
}

async function askService({ services }: FakeContextOptions, service: string, body: Json): Promise<Json> {
  const serve = services?.[service];
  if (serve === undefined) throw notOffered(service);
  return serve(body);
}

async function runStep<T>(
  steps: FakeStep[],
  options: FakeContextOptions,
  signal: AbortSignal,
  name: string,
  run: (scope: { idempotencyKey: string; signal: AbortSignal }) => Promise<T> | T,
  stepOptions: StepOptions = {},
): Promise<T> {
  signal.throwIfAborted();
  const number = steps.length;
  const effect = stepOptions.effect ?? "repeat";
  const recorded = options.journal?.[number];
  if (recorded !== undefined) {
    if (recorded.name !== name) {
      throw new TroupeError("journal_mismatch", `step ${number} is ${name}, recorded is ${recorded.name}`);
    }
    steps.push({ name, value: recorded.value, effect });
    return typed<T>(recorded.value);
  }
  // The place is taken when the step is called, so that concurrent steps keep the order of their calls.
  steps.push({ name, value: undefined, effect });
  const scope = { idempotencyKey: `${TASK}/${START_HOP}/${number}`, signal };
  const refused = await stepOptions.admit?.(scope);
  const value = refused === undefined ? await run(scope) : typed<T>(refused.instead);
  steps[number] = { name, value, effect, usage: stepOptions.usage?.(value) };
  return value;
}

/** The author says of which type a recorded value is, as with the real journal. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
function typed<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as T;
}

async function join(
  calls: readonly { readonly to: string; readonly body: Json }[],
  ask: (to: string, body: Json) => Promise<Json>,
  need: Need = "all",
): Promise<readonly JoinAnswer[]> {
  const wanted = need === "all" ? calls.length : need === "any" ? 1 : need.quorum;
  const answers: JoinAnswer[] = [];
  for (const [index, { to, body }] of calls.entries()) {
    if (answers.length === wanted) break;
    answers.push({ from: to, index, value: await ask(to, body) });
  }
  return answers;
}

/** Answers as a handler sees them: what was thrown as the error that a record of it would be. */
async function settled(
  { to, body }: AskedCall,
  index: number,
  ask: (to: string, body: Json) => Promise<Json>,
): Promise<SettledAnswer> {
  try {
    return { from: to, index, value: await ask(to, body) };
  } catch (error) {
    const { code, message, details = {} } = errorBodyOf(error, "handler_failed");
    return { from: to, index, error: new TroupeError(code, message, { details }) };
  }
}

function memoryState(initial: unknown): StateAccess {
  let state = initial;
  return {
    get: async <T>() => typed<T | undefined>(state),
    update: async <T>(change: (value: T | undefined) => T) => {
      const next = change(typed<T | undefined>(state));
      state = next;
      return next;
    },
  };
}

function recordingLog(
  logged: { level: keyof HandlerLog; fields: Record<string, unknown>; text: string }[],
): HandlerLog {
  const write =
    (level: keyof HandlerLog) =>
    (fields: Record<string, unknown> | string, text?: string): void => {
      logged.push(
        typeof fields === "string" ? { level, fields: {}, text: fields } : { level, fields, text: text ?? "" },
      );
    };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}
