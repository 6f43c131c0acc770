/** The last three tokens of a log subject: what a record is. */
import { isMailboxName } from "./names.ts";

/** Mailbox messages: `again` copies carry their number in the kind. */
export type MailboxKind = "send" | "fan" | "call" | "reply" | `again${number}`;
export type ControlKind = "fan" | "wait" | "got" | "claim" | "dead";
export type StepKind = "step" | "begin" | "fail" | "emit";

/** The last three tokens of a log subject: what a record is. `to` is a mailbox for class `m`, else a number (or `client`). */
export type RecordName =
  | { readonly class: "m"; readonly kind: MailboxKind; readonly to: string }
  | { readonly class: "c"; readonly kind: ControlKind; readonly to: string }
  | { readonly class: "s"; readonly kind: StepKind; readonly to: string }
  | { readonly class: "t"; readonly kind: "done"; readonly to: "client" };

/** A number as names and subjects write it. */
export const NUMBER = /^(0|[1-9]\d{0,8})$/;
const CONTROL: ReadonlySet<string> = new Set<ControlKind>(["fan", "wait", "got", "claim", "dead"]);
const STEP: ReadonlySet<string> = new Set<StepKind>(["step", "begin", "fail", "emit"]);
const MAILBOX = /^(send|fan|call|reply|again[1-9]\d{0,5})$/;

/** Name of a record as written in headers and bodies: `<class>.<kind>.<to>`. */
export const formatRecordName = (name: RecordName): string => `${name.class}.${name.kind}.${name.to}`;

/** Parses `<class>.<kind>.<to>`; `undefined` when it is none. */
export function parseRecordName(text: string): RecordName | undefined {
  const [cls = "", kind = "", to = "", rest] = text.split(".");
  return rest === undefined ? recordName(cls, kind, to) : undefined;
}

/** The name of three tokens; `undefined` when it is none. */
export function recordName(cls: string, kind: string, to: string): RecordName | undefined {
  if (cls === "m") {
    return MAILBOX.test(kind) && isMailboxName(to) ? { class: "m", kind: kind as MailboxKind, to } : undefined;
  }
  if (cls === "t") return kind === "done" && to === "client" ? { class: "t", kind, to } : undefined;
  if (!NUMBER.test(to)) return undefined;
  if (cls === "c") return CONTROL.has(kind) ? { class: "c", kind: kind as ControlKind, to } : undefined;
  if (cls === "s") return STEP.has(kind) ? { class: "s", kind: kind as StepKind, to } : undefined;
  return undefined;
}
