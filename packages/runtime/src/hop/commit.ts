/** From a handler's outcome to what is to be committed. Pure: whether the graph and the hop's place in it allow the outcome is decided here. */
import type { Json } from "../actor/outcome.ts";
import type { EscalationBody } from "../contracts/bodies.ts";
import { type ErrorBody, type ErrorCode, TroupeError } from "../errors.ts";
import { jsonText, mutableJson } from "./body.ts";
import { isErrorCode } from "./failure.ts";

/** What is to be stored. Bodies are JSON texts already. */
export type Plan =
  | { readonly kind: "send"; readonly to: string; readonly json: string }
  | { readonly kind: "fan"; readonly messages: readonly { readonly to: string; readonly json: string }[] }
  | { readonly kind: "reply"; readonly json: string }
  | { readonly kind: "done"; readonly json: string }
  | { readonly kind: "dead"; readonly error: ErrorBody; readonly isEscalated: boolean };

/** What the decision depends on besides the outcome. */
export interface CommitFacts {
  readonly role: string;
  readonly isCalled: boolean;
  readonly targets: ReadonlySet<string>;
  readonly escalation: string | undefined;
  /** Whether an operator has revoked the edge. Absent = none is. */
  readonly isRevoked?: ((to: string) => boolean) | undefined;
  /** Largest body of an output. */
  readonly maxBodyBytes: number;
  /** The message that the handler had, for whom it escalates to. */
  readonly message: Json;
}

const FAN_LIMIT = 1_000;
/** What is wrong with these is not that the graph never allowed them. */
const OWN_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["body_too_large", "edge_revoked"]);

/** Decides what an outcome is committed as. What is not allowed, or no outcome at all, becomes a dead letter `illegal_outcome`. */
export function planCommit(outcome: unknown, facts: CommitFacts): Plan {
  try {
    return plan(outcome, facts);
  } catch (thrown) {
    if (!(thrown instanceof TroupeError)) throw thrown;
    return dead(OWN_CODES.has(thrown.code) ? thrown.toBody() : { code: "illegal_outcome", message: thrown.message });
  }
}

function plan(outcome: unknown, facts: CommitFacts): Plan {
  const given = fieldsOf(outcome);
  switch (given["outcome"]) {
    case "forward":
      return {
        kind: "send",
        to: target(given["to"], facts),
        json: jsonText(given["body"], "the message", facts.maxBodyBytes),
      };
    case "fan_out":
      return fan(given["messages"], facts);
    case "reply":
      if (!facts.isCalled) throw illegal("reply: nobody called this hop; use forward or complete");
      return { kind: "reply", json: jsonText(given["body"], "the reply", facts.maxBodyBytes) };
    case "complete":
      return complete(given["body"], facts);
    case "escalate":
      return escalation(String(given["reason"]), facts);
    case "fail":
      return dead(errorOf(given["error"]));
    default:
      throw illegal("the handler returned no outcome; use forward, fanOut, reply, complete, escalate or fail");
  }
}

function complete(body: unknown, { role, isCalled, targets, isRevoked, maxBodyBytes }: CommitFacts): Plan {
  if (isCalled) throw illegal("complete: a called hop may only reply, wait or fail");
  if (!targets.has("client")) throw illegal(`complete: ${role} has no edge to client`);
  if (isRevoked?.("client")) throw revoked(role, "client");
  return { kind: "done", json: jsonText(body, "the result", maxBodyBytes) };
}

function fan(messages: unknown, facts: CommitFacts): Plan {
  if (!Array.isArray(messages) || messages.length === 0) throw illegal("fanOut: at least one message is needed");
  if (messages.length > FAN_LIMIT) throw illegal(`fanOut: at most ${FAN_LIMIT} messages, not ${messages.length}`);
  const outputs = messages.map((message: unknown, index) => {
    const given = fieldsOf(message);
    return { to: target(given["to"], facts), json: jsonText(given["body"], `message ${index}`, facts.maxBodyBytes) };
  });
  return { kind: "fan", messages: outputs };
}

function target(to: unknown, { role, isCalled, targets, isRevoked }: CommitFacts): string {
  if (isCalled) throw illegal("a called hop may only reply, wait or fail; use ctx.call or ctx.all");
  if (to === "client") throw illegal("use complete to answer the client");
  if (typeof to === "string" && to !== "human" && targets.has(to)) {
    if (isRevoked?.(to)) throw revoked(role, to);
    return to;
  }
  throw illegal(`${role} has no edge to ${String(to)}`);
}

function escalation(reason: string, facts: CommitFacts): Plan {
  const to = facts.escalation;
  if (facts.isCalled || to === undefined || !facts.targets.has(to) || facts.isRevoked?.(to)) {
    return { kind: "dead", error: { code: "escalated", message: reason }, isEscalated: true };
  }
  const body: EscalationBody = { reason, role: facts.role, message: mutableJson(facts.message) };
  return { kind: "send", to, json: jsonText(body, "the escalation", facts.maxBodyBytes) };
}

function errorOf(given: unknown): ErrorBody {
  const { code, message, details } = fieldsOf(given);
  if (typeof code !== "string" || typeof message !== "string") throw illegal("fail: an error has a code and a message");
  const known = isErrorCode(code);
  const kept = known ? {} : { code };
  const all = { ...kept, ...(typeof details === "object" ? details : {}) };
  const body = { code: known ? code : "handler_failed", message } as const;
  return Object.keys(all).length > 0 ? { ...body, details: all } : body;
}

/** The fields of what should be an object; none of anything else. */
const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};

const dead = (error: ErrorBody): Plan => ({ kind: "dead", error, isEscalated: false });
const revoked = (from: string, to: string) =>
  new TroupeError("edge_revoked", `the edge from ${from} to ${to} was revoked`, { details: { from, to } });
const illegal = (message: string) => new TroupeError("illegal_outcome", message);
