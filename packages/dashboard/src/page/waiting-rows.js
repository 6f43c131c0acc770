/** What waits for people, as rows: approvals and parked dead letters, oldest first. Pure. */
import { field, listOf, numberOf, textOf } from "./read.js";

/** @typedef {{ readonly id: string, readonly task: string, readonly kind: string, readonly role: string, readonly about: string, readonly since: string }} WaitingRow */

/** @param {unknown} one @returns {WaitingRow} */
function approvalRow(one) {
  const [needed, given] = [numberOf(one, "approvals"), numberOf(one, "approved")];
  return {
    id: textOf(one, "approval_id"),
    task: textOf(one, "task_id"),
    kind: needed > 1 ? `approval, ${given} of ${needed}` : "approval",
    role: textOf(one, "role"),
    about: textOf(one, "summary"),
    since: textOf(one, "requested_at"),
  };
}

/** @param {unknown} one @returns {WaitingRow} */
function deadLetterRow(one) {
  const error = field(one, "error");
  return {
    id: textOf(one, "dead_letter_id"),
    task: textOf(one, "task_id"),
    kind: "dead letter",
    role: textOf(one, "role"),
    about: `${textOf(error, "code")}: ${textOf(error, "message")}`,
    since: textOf(one, "died_at"),
  };
}

/** @param {unknown} approvals @param {unknown} deadLetters @returns {readonly WaitingRow[]} */
export function waitingRows(approvals, deadLetters) {
  const rows = [
    ...listOf(approvals, "approvals").map(approvalRow),
    ...listOf(deadLetters, "dead_letters").map(deadLetterRow),
  ];
  return rows.toSorted((a, b) => (a.since < b.since ? -1 : 1));
}
