import { directGetLast, type Link, type Subjects } from "@troupe/runtime/internal";
import { z } from "zod";
import { jsonBody } from "../observer/json-body.ts";
import { FiringRecord } from "./alert-watch.ts";

const Event = z.object({ details: z.object({ firing: FiringRecord }) });

/** What fired after the last event of any alert; nothing when there is none. Throws `unavailable`. */
export async function lastFiring(link: Link, subjects: Subjects): Promise<FiringRecord> {
  const stream = subjects.stream("CONTROL");
  const last = await Promise.all(
    ["alert.fired", "alert.resolved"].map((name) => directGetLast(link, stream, subjects.controlEvent(name))),
  );
  const [newest] = last.filter((event) => event !== undefined).toSorted((a, b) => b.sequence - a.sequence);
  const parsed = newest && Event.safeParse(jsonBody(newest.body));
  return parsed?.success ? parsed.data.details.firing : [];
}
