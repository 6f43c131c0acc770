import { parseApprovalId } from "@troupe/runtime/internal";
import type { Violation } from "../../../support/invariants.ts";
import type { Round } from "../evidence.ts";

const invariant = "audit whole";

/** The chain is as it was sealed, from its beginning on, and each act that people decided on has its entries. */
export function auditWhole(round: Round): Violation[] {
  const broken = round.audit.findings.map(({ sequence, fault, reason }) => ({
    invariant,
    task: `record ${sequence}`,
    detail: `${fault}: ${reason}`,
  }));
  return [
    ...broken,
    ...missingEntries(round).map(({ task, verdict }) => ({ invariant, task, detail: `no entry says ${verdict}` })),
  ];
}

/** What the audit has to say of the acts of a round, and does not. */
export function missingEntries({ acts, history, audit }: Pick<Round, "acts" | "history" | "audit">) {
  const said = new Set(
    audit.entries.flatMap(({ what }) =>
      what.event === "approval" ? [`${parseApprovalId(what.approval)?.task} ${what.verdict}`] : [],
    ),
  );
  return acts
    .flatMap(({ task }) => {
      const records = history.tasks.get(task)?.records ?? [];
      const answer = records.find(({ at }) => at.from === "human" && at.name.kind === "reply");
      if (answer === undefined) return [];
      const isNo = typeof answer.body === "object" && answer.body !== null && "error" in answer.body;
      return ["requested", isNo ? "denied" : "approved"].map((verdict) => ({ task, verdict }));
    })
    .filter(({ task, verdict }) => !said.has(`${task} ${verdict}`));
}
