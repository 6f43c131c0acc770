/**
 * How an error is treated: `transient` may be tried again, `terminal` is the answer, `fatal` ends the process or escalates.
 */
export type ErrorKind = "transient" | "terminal" | "fatal";

/** What is fixed about a code: its treatment, its HTTP status, and what the reader of the error should do next. */
export interface ErrorSpec {
  readonly kind: ErrorKind;
  readonly http: number;
  readonly meaning: string;
  readonly remedy: string;
}

const spec = (kind: ErrorKind, http: number, meaning: string, remedy: string): ErrorSpec => ({
  kind,
  http,
  meaning,
  remedy,
});

/** The closed table of error codes. `docs/errors.md` is generated from it; a test holds them equal. */
export const ERRORS = {
  invalid_request: spec(
    "terminal",
    400,
    "A request does not have the promised shape.",
    "Correct the named path and send it again.",
  ),
  invalid_id: spec(
    "terminal",
    400,
    "A name or id holds characters that are not allowed.",
    "Use the grammar that the message shows.",
  ),
  invalid_config: spec(
    "terminal",
    400,
    "A setting or a system file is wrong.",
    "Correct every path that is listed; nothing was applied.",
  ),
  unauthorized: spec("terminal", 401, "No valid credentials were given.", "Send credentials with the request."),
  forbidden: spec("terminal", 403, "The caller may not do this.", "Ask for the permission, or use another identity."),
  unknown_task: spec(
    "terminal",
    404,
    "No task has this id, or it is past retention.",
    "Check the id; finished tasks are kept for a limited time.",
  ),
  unknown_role: spec(
    "terminal",
    404,
    "The running system has no such role, or clients may not address it.",
    "Use one of the roles that the message lists.",
  ),
  unknown_node: spec("terminal", 404, "No node of this name is a member.", "List the nodes with `troupe nodes`."),
  no_system: spec("transient", 503, "No system is deployed yet.", "Run `troupe deploy FILE`."),
  conflict: spec(
    "terminal",
    409,
    "The operation does not fit the present state.",
    "Read the present state and decide again.",
  ),
  key_reused: spec(
    "terminal",
    409,
    "The idempotency key was used with another request.",
    "Use a new key for a new request.",
  ),
  unmet_capabilities: spec(
    "terminal",
    409,
    "The role declares no variant with the required capabilities.",
    "Declare a variant, or require less.",
  ),
  body_too_large: spec("terminal", 413, "A body is over the limit.", "Send less, or send a reference."),
  unsupported_media_type: spec(
    "terminal",
    415,
    "A body says that it is no JSON.",
    "Send JSON with `Content-Type: application/json`.",
  ),
  unsupported_version: spec(
    "terminal",
    422,
    "A record or message has a version that this process does not know.",
    "Upgrade the older side.",
  ),
  malformed_record: spec(
    "terminal",
    422,
    "A stored record or message does not parse.",
    "See the dead letter; its writer is faulty or hostile.",
  ),
  journal_mismatch: spec(
    "terminal",
    500,
    "On replay the handler took another step than its journal says.",
    "Make the handler deterministic between its steps; deploy code changes as a new version.",
  ),
  illegal_outcome: spec(
    "terminal",
    500,
    "A handler returned an outcome that its place in the graph does not allow.",
    "Add the edge to the graph, or return another outcome.",
  ),
  taint_refused: spec(
    "terminal",
    403,
    "Content from outside came where its label is not accepted.",
    "Accept the label there, or take another way through the graph.",
  ),
  guardrail_blocked: spec(
    "terminal",
    422,
    "A guardrail of the system lets this content through nowhere.",
    "See in the details which rules fired; say it otherwise, or change what `guardrails` does about them.",
  ),
  edge_revoked: spec(
    "terminal",
    403,
    "The hop tried an edge of the graph that an operator has revoked.",
    "Deploy with the edge restored, or a graph without it, then retry the dead letter.",
  ),
  handler_failed: spec("terminal", 500, "A handler threw after its retries.", "See the cause in the dead letter."),
  handler_stuck: spec(
    "transient",
    500,
    "A handler showed no progress for too long, or ran into its time-out, and was aborted.",
    "See what it waited for; raise the limit of the role, model or tool if it may take that long.",
  ),
  poison_message: spec(
    "terminal",
    500,
    "Two executors died while running this message.",
    "Inspect the message in the dead letters before retrying it.",
  ),
  hop_limit: spec(
    "terminal",
    500,
    "The task took more hops than allowed.",
    "Look for a loop in the path; raise `limits.hops` if the path is right.",
  ),
  loop_detected: spec(
    "terminal",
    500,
    "The same content crossed the same edge three times.",
    "Look at the path; the roles pass work round in a circle.",
  ),
  effect_in_doubt: spec(
    "terminal",
    500,
    "An effect that must not be repeated began and its result is not known.",
    "Find out whether it happened, then retry or drop the dead letter.",
  ),
  approval_denied: spec(
    "terminal",
    403,
    "A person denied the act.",
    "See in the message who, and why; ask for something else.",
  ),
  approval_expired: spec(
    "terminal",
    409,
    "Nobody decided on the act in time; it never runs.",
    "Submit the task again, and have it decided sooner.",
  ),
  unknown_approval: spec(
    "terminal",
    404,
    "No approval has this id, or its task is past retention.",
    "List what waits with `troupe approvals list`.",
  ),
  unknown_dead_letter: spec(
    "terminal",
    404,
    "No dead letter has this id, or its task is past retention.",
    "List what is there with `troupe dead list`.",
  ),
  deadline_exceeded: spec("terminal", 504, "The deadline passed first.", "Give more time, or ask for less."),
  cancelled: spec("terminal", 409, "The task was cancelled.", "Submit it again if it is still wanted."),
  aborted_by_rule: spec(
    "terminal",
    409,
    "An escalation rule of the system ended the task.",
    "See in the message which rule and why; change what led there, or the rule in `escalationRules`.",
  ),
  escalated: spec(
    "terminal",
    500,
    "A role escalated and the graph has nobody to escalate to.",
    "Declare an escalation role.",
  ),
  model_unavailable: spec(
    "transient",
    503,
    "No model endpoint answered.",
    "Check the endpoint; `troupe doctor` tries each.",
  ),
  model_refused: spec(
    "terminal",
    502,
    "The model endpoint refused the request.",
    "Check key, model name and request; the message has the endpoint's words.",
  ),
  model_output_invalid: spec(
    "terminal",
    502,
    "The model's answer does not match the schema of the role.",
    "Tighten the prompt, or use a better model.",
  ),
  budget_exceeded: spec(
    "terminal",
    402,
    "A budget that the task draws on has no room for the next model call.",
    "See in the message which account and limit; wait for its next window, or raise the limit in `budgets`.",
  ),
  tool_failed: spec("terminal", 500, "A tool threw or refused its arguments.", "See the cause."),
  overloaded: spec(
    "transient",
    429,
    "Admission is closed: too much is in flight.",
    "Wait as long as Retry-After says, then send it again.",
  ),
  rate_limited: spec(
    "transient",
    429,
    "The caller sent more than its limit allows.",
    "Wait as long as Retry-After says; the RateLimit headers tell what is left.",
  ),
  shedding_load: spec(
    "transient",
    503,
    "This gateway has more to do than it can, and turns requests away.",
    "Send it again after Retry-After; another gateway may have room.",
  ),
  store_full: spec(
    "transient",
    507,
    "The task log is full.",
    "Free space or raise the limit; running tasks go on when there is room.",
  ),
  unavailable: spec(
    "transient",
    503,
    "NATS, or a service behind it, did not answer.",
    "Retry; `troupe doctor` shows which part is missing.",
  ),
  outcome_unknown: spec(
    "transient",
    503,
    "The answer got lost; the operation may or may not have happened.",
    "Repeat it with the same idempotency key.",
  ),
  wrong_server: spec(
    "fatal",
    500,
    "The NATS server does not do what was asked of it.",
    "Do what the message says; usually another server version or a fresh store.",
  ),
  store_in_use: spec(
    "fatal",
    409,
    "Another process holds the store directory.",
    "Use that process, stop it, or choose another directory.",
  ),
  lease_lost: spec("transient", 503, "This process is no longer the leader.", "Send it again; the new leader answers."),
  invariant_violated: spec("fatal", 500, "Something that cannot happen happened.", "Report it with the log."),
} as const satisfies Record<string, ErrorSpec>;

/** One of the closed set of codes. */
export type ErrorCode = keyof typeof ERRORS;

/** What crosses the wire of an error; nothing else does, and nothing is revived by class name. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The one error class. `code` decides everything; `details` hold only values that may be shown to the caller. */
export class TroupeError extends Error {
  override readonly name = "TroupeError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: { details?: Record<string, unknown>; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  get kind(): ErrorKind {
    return ERRORS[this.code].kind;
  }

  /** The part that may be sent to others. */
  toBody(): ErrorBody {
    const body = { code: this.code, message: this.message };
    return Object.keys(this.details).length > 0 ? { ...body, details: this.details } : body;
  }

  static is(value: unknown, ...codes: readonly ErrorCode[]): value is TroupeError {
    return value instanceof TroupeError && (codes.length === 0 || codes.includes(value.code));
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The wire form of anything thrown; what is no `TroupeError` becomes `code` with its message only. */
export function errorBodyOf(thrown: unknown, code: ErrorCode = "handler_failed"): ErrorBody {
  return thrown instanceof TroupeError ? thrown.toBody() : { code, message: messageOf(thrown) };
}
