/** Approvals for a terminal. Acts are written by models and clients: nothing of them reaches the terminal but printable characters. */
import type { ApprovalSummary, ApprovalView } from "@troupe/runtime/internal";
import type { Paint } from "../terminal.ts";

/** What could move the cursor, colour, or turn the direction of text is written as an escape. */
export const harmless = (text: string): string =>
  text.replace(
    /[^\x20-\x7e\u00a1-\u024f\u0370-\u052f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3\n]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const oneLine = (text: string): string => harmless(text.replaceAll("\n", " "));

const progressOf = ({ approvals, approved }: ApprovalSummary): string =>
  approvals === 1 ? "" : `  ${approved} of ${approvals}`;

export function approvalLine(one: ApprovalSummary, paint: Paint): string {
  const until = one.expires_at === undefined ? "" : paint("dim", `  until ${one.expires_at}`);
  return `${paint("bold", one.approval_id)}  ${paint("cyan", one.role)}${progressOf(one)}  ${oneLine(one.summary)}${until}`;
}

export function approvalLines(view: ApprovalView, paint: Paint): readonly string[] {
  const { state, act, approvers, later_approvers: later, decisions } = view;
  const fact = (name: string, text: string | undefined) =>
    text === undefined ? [] : [`  ${paint("dim", name.padEnd(12))} ${oneLine(text)}`];
  return [
    `${paint("bold", view.approval_id)}  ${paint(state === "pending" ? "yellow" : "dim", state)}`,
    ...fact("asked by", view.role),
    ...fact("about", view.summary),
    ...fact("for", view.requested_by),
    ...fact("needs", `${view.approvals} ${view.approvals === 1 ? "person" : "people"}, ${view.approved} so far`),
    ...fact("who", approvers?.join(", ")),
    ...fact("then also", later === undefined ? undefined : `${later.join(", ")} from ${view.later_from ?? ""}`),
    ...fact("until", view.expires_at),
    ...fact("hash", view.hash),
    ...decisions.flatMap(({ by, verdict, at, reason }) =>
      fact("decided", `${verdict} by ${by} at ${at}${reason === undefined ? "" : `: ${reason}`}`),
    ),
    "",
    ...harmless(JSON.stringify(act, null, 2))
      .split("\n")
      .map((line) => `  ${line}`),
  ];
}
