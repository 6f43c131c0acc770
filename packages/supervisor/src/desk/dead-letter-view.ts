/** A dead letter with reason, path and what its hop had done before it died. Pure. */
import { type DeadLetterView, rfc3339, sealedIn, type TaskRecord, taskView } from "@troupe/runtime/internal";
import { z } from "zod";
import type { DeadLetter } from "./dead-letter.ts";
import { summaryOf } from "./list-dead-letters.ts";

const Named = z.looseObject({ name: z.string() });
const Failed = z.looseObject({ error: z.looseObject({ code: z.string(), message: z.string() }) });

export function deadLetterView(letter: DeadLetter, records: readonly TaskRecord[]): DeadLetterView {
  const { task, hop, role, body, state, input, handedOn } = letter;
  const own = records.filter(({ subject }) => subject.hop === hop && subject.from === role);
  return {
    ...summaryOf({ task, hop, role, body, atMs: letter.diedAtMs }, state),
    error: body.error,
    from: input?.subject.from ?? "unknown",
    ...(input === undefined || sealedIn(input.body) !== undefined ? {} : { message: input.body }),
    path: [...(taskView(task, records)?.path ?? [])],
    journal: own.filter(({ subject }) => subject.name.class !== "m").map(journalLine),
    ...(handedOn === undefined ? {} : { handed_on_to: handedOn.subject.name.to }),
  };
}

function journalLine({ subject: { name }, body, atMs }: TaskRecord) {
  const named = Named.safeParse(body);
  const failed = Failed.safeParse(body);
  const text = named.success ? named.data.name : failed.success ? failed.data.error.message : name.to;
  return { kind: `${name.class}.${name.kind}`, name: text, at: rfc3339(atMs) };
}
