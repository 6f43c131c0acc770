import type { ErrorBody } from "../errors.ts";

/** A value that JSON can hold: what messages, results and events are made of. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One message onward. `To` keeps the role's literal name, so that a role without an edge is a compile error. */
export interface Forward<To extends string> {
  readonly outcome: "forward";
  readonly to: To;
  readonly body: Json;
}
export interface FanOut<To extends string> {
  readonly outcome: "fan_out";
  readonly messages: readonly { readonly to: To; readonly body: Json }[];
}
/** The answer to whoever called this hop. */
export interface Reply {
  readonly outcome: "reply";
  readonly body: Json;
}
/** The answer to the client: the end of the task. */
export interface Complete<To extends string = "client"> {
  readonly outcome: "complete";
  readonly body: Json;
  /** Never set: it makes the edge to the client part of the type, so that a role without that edge does not compile. */
  readonly to?: To;
}
export interface Escalate {
  readonly outcome: "escalate";
  readonly reason: string;
}
export interface Fail {
  readonly outcome: "fail";
  readonly error: ErrorBody;
}

/** What a handler returns. `To` is the union of roles (and `client`) that it may address. */
export type Outcome<To extends string = string> = Forward<To> | FanOut<To> | Complete<To> | Reply | Escalate | Fail;

/** Sends one message to a role; the hop ends with it. */
export const forward = <const To extends string>(to: To, body: Json): Forward<To> => ({ outcome: "forward", to, body });
/** Sends several messages at once; all of them or none. */
export const fanOut = <const To extends string>(
  messages: readonly { readonly to: To; readonly body: Json }[],
): FanOut<To> => ({
  outcome: "fan_out",
  messages,
});
/** Answers the role that called. In a hop that nobody called it is a failure `illegal_outcome`. */
export const reply = (body: Json): Reply => ({ outcome: "reply", body });
/** Answers the client and ends the task; only for roles with an edge to `client`. The first end wins. */
export const complete = (body: Json): Complete => ({ outcome: "complete", body });
/** Hands the task to the escalation role, which gets an `EscalationBody`: the reason, this role, and the message that it was given. */
export const escalate = (reason: string): Escalate => ({ outcome: "escalate", reason });
/** Ends the hop as failed, without a retry. */
export const fail = (error: ErrorBody): Fail => ({ outcome: "fail", error });
