/** What labels of content say of a tool: pure. */
import { SECRET_LABEL } from "@troupe/runtime/internal";

/** Labels of the content that a tool does not take; it takes all where nothing is said. */
export const unacceptedLabels = (
  accepts: readonly string[] | undefined,
  taint: readonly string[],
): readonly string[] => (accepts === undefined ? [] : taint.filter((label) => !accepts.includes(label)));

/** Labels of content from outside, where a task also holds a secret; else none. */
export const labelsBesideSecret = (taint: readonly string[]): readonly string[] =>
  taint.includes(SECRET_LABEL) ? taint.filter((label) => label !== SECRET_LABEL) : [];
