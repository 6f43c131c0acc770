import { ERRORS } from "@troupe/runtime";

const KINDS = {
  transient: "may be tried again, with the same idempotency key",
  terminal: "is the answer; trying again changes nothing",
  fatal: "ends the process that meets it",
};

/** `docs/errors.md`: every error code, its HTTP status, what it means, and what to do. */
export function errorsPage(): string {
  const sections = Object.entries(ERRORS).map(
    ([code, { kind, http, meaning, remedy }]) =>
      `### ${code}\n\n${meaning}\n\n- **What to do:** ${remedy}\n- **Kind:** ${kind} · **HTTP:** ${http}\n`,
  );
  const kinds = Object.entries(KINDS).map(([kind, meaning]) => `- **${kind}**: ${meaning}`);
  return [
    "# Errors",
    "",
    "Generated from `packages/runtime/src/errors.ts` by `npm run docs`; do not edit.",
    "",
    'Every error has one of these codes, everywhere: in the CLI\'s last lines, in the body `{"error": {code, message, details}}` of a NATS',
    "answer, in the `code` of an HTTP problem, in the end of a task. The kind says how to treat it:",
    "",
    ...kinds,
    "",
    ...sections,
  ].join("\n");
}
