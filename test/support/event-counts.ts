import { directGetBatch, type Link, StoredControlEvent, type Subjects } from "@troupe/runtime/internal";

/** Control events of a system by name, from its beginning on; deaths and suspicions are there in any case. */
export async function eventCounts({
  core,
  subjects,
}: {
  readonly core: Link;
  readonly subjects: Subjects;
}): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = { "node.dead": 0, "node.suspect": 0 };
  const query = { filter: subjects.controlEvent(">") };
  for await (const { body, sequence } of directGetBatch(core, subjects.stream("CONTROL"), query)) {
    const json: unknown = JSON.parse(Buffer.from(body).toString());
    const { name } = StoredControlEvent.parse(Object.assign({ sequence }, json));
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
