/** What is read of a round when all of it has ended: from the store, and from what the parts show to people. */
import {
  AuditEntry,
  AuditVerifier,
  callService,
  directGetBatch,
  readAudit,
  StoredControlEvent,
} from "@troupe/runtime/internal";
import type { History } from "../../support/history.ts";
import { until } from "../../support/stack.ts";
import type { ChaosBed } from "./bed.ts";
import { missingEntries } from "./checks/audit-whole.ts";
import type { Round } from "./evidence.ts";

/** An entry that its writer could not store is told by the leader, who sees what it is about in the log. */
const TOLD_MS = 60_000;
/** While leaders change nobody answers. */
const SHOWN_MS = 60_000;
const ERRORS: ReadonlySet<string> = new Set(["c.dead", "s.fail", "t.done"]);

/** The control events from a sequence on, and the sequence after them. */
export async function controlEvents(
  { core, subjects }: ChaosBed,
  from: number,
): Promise<{ readonly events: readonly StoredControlEvent[]; readonly last: number }> {
  const events: StoredControlEvent[] = [];
  const query = { filter: subjects.controlEvent(">"), from };
  for await (const { body, sequence } of directGetBatch(core, subjects.stream("CONTROL"), query)) {
    const json: unknown = JSON.parse(Buffer.from(body).toString());
    events.push(StoredControlEvent.parse(Object.assign({ sequence }, json)));
  }
  return { events, last: (events.at(-1)?.sequence ?? from - 1) + 1 };
}

/** The audit from its beginning, verified; waits a while for the entries that acts must have. */
export async function auditOf(bed: ChaosBed, of: Pick<Round, "acts" | "history">): Promise<Round["audit"]> {
  let audit = await wholeAudit(bed);
  await until("all entries of the audit", TOLD_MS, async () => {
    if (missingEntries({ ...of, audit }).length === 0) return true;
    audit = await wholeAudit(bed);
    return false;
  }).catch(() => undefined); // what is still missing is a violation
  return audit;
}

async function wholeAudit({ core, subjects, secrets }: ChaosBed): Promise<Round["audit"]> {
  const verifier = new AuditVerifier(subjects);
  const entries: AuditEntry[] = [];
  for await (const record of readAudit(core, subjects)) {
    verifier.add(record);
    const text = Buffer.from(record.body).toString();
    secrets.look("the audit", text);
    if (subjects.parseAuditEntry(record.subject) !== undefined) entries.push(AuditEntry.parse(JSON.parse(text)));
  }
  return { entries, findings: verifier.end().findings };
}

/** Looks for secrets in what a round stored and shows, where its logs are not: errors, control events, dead letters, metrics. */
export async function searchForSecrets(
  bed: ChaosBed,
  { history, events }: { readonly history: History; readonly events: readonly StoredControlEvent[] },
): Promise<Round["spills"]> {
  const { secrets, core, subjects } = bed;
  for (const { records } of history.tasks.values()) {
    const errors = records.filter(({ at: { name } }) => ERRORS.has(`${name.class}.${name.kind}`));
    for (const { body } of errors) secrets.look("stored errors", JSON.stringify(body) ?? "");
  }
  secrets.look("control events", JSON.stringify(events));
  await until("the dead letters to be shown", SHOWN_MS, async () => {
    const letters = await callService(core, subjects.supervisor("dead_letters"), {}, { ifLost: "unavailable" });
    secrets.look("dead letters", JSON.stringify(letters));
    return true;
  });
  const headers = { authorization: `Bearer ${bed.people.person("acme", "scraper", ["viewer"]).token}` };
  for (const gateway of bed.gateways) {
    await until(`the metrics of ${gateway.name}`, SHOWN_MS, async () => {
      const answer = await fetch(`${bed.urlOf(gateway)}/metrics`, { headers });
      if (answer.ok) secrets.look(`the metrics of ${gateway.name}`, await answer.text());
      return answer.ok;
    });
  }
  secrets.look("the log of nats-server", bed.store.log());
  return secrets.spills;
}
