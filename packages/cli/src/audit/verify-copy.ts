import {
  type AuditFinding,
  type AuditHead,
  type AuditVerdict,
  AuditVerifier,
  Subjects,
} from "@troupe/runtime/internal";
import type { AuditLine } from "./export-file.ts";
import { recordOf } from "./export-file.ts";

/** What verifying an exported file came to. */
export interface FileVerdict extends AuditVerdict {
  readonly system: string;
}

/**
 * Verifies the lines of an exported file. `trusted` = keys that may have signed, empty = any; `heads` = how far the chain is known to reach
 * from elsewhere. A file that lacks its first or last line was cut: that is a finding too.
 */
export async function verifyExport(
  lines: AsyncIterable<AuditLine>,
  trusted: readonly string[],
  heads: readonly AuditHead[],
): Promise<FileVerdict> {
  let system = "";
  let verifier = new AuditVerifier(new Subjects(system), trusted);
  let end: Extract<AuditLine, { type: "end" }> | undefined;
  let records = 0;
  let last = 0;
  const findings: AuditFinding[] = [];
  const found = (reason: string) => findings.push({ sequence: last + 1, fault: "cut_off", reason });
  for await (const line of lines) {
    if (end !== undefined) found("there is something behind the last line");
    switch (line.type) {
      case "troupe_audit":
        if (system !== "") found("there is a second first line");
        system = line.system;
        verifier = new AuditVerifier(new Subjects(system), trusted);
        break;
      case "record":
        if (system === "" && records === 0) found("the first line, which says what the file is, is missing");
        records++;
        last = line.sequence;
        verifier.add(recordOf(line));
        break;
      case "end":
        end = line;
        break;
    }
  }
  if (end === undefined) found("the last line, with the signed head, is missing");
  else if (end.records !== records) found(`${records} records are here; the last line says ${end.records}`);
  const verdict = verifier.end([...(end === undefined ? [] : [end.head]), ...heads]);
  return {
    ...verdict,
    system,
    isIntact: verdict.isIntact && findings.length === 0,
    findings: [...verdict.findings, ...findings],
  };
}
