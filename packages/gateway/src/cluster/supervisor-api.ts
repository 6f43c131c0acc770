import {
  ASKED_BY_HEADER,
  type Operation as ClusterOperation,
  callService,
  DeadLetterList,
  type DeadLetterListRequest,
  type DeadLetterRef,
  DeadLetterView,
  type DeskAct,
  DeskAnswer,
  type Link,
  Operation,
  type OperationKind,
  SloReport,
  StoredControlEvent,
  type Subjects,
  streamService,
  UsageAnswer,
  type UsageRequest,
} from "@troupe/runtime/internal";
import type { z } from "zod";

/** What may be read of the cluster. */
export type ClusterView = "nodes" | "actors" | "queues" | "placement";

/** The supervisor's services, for whoever the gateway lets through. All of them throw `unavailable` when nobody leads. */
export interface SupervisorApi {
  read(view: ClusterView): Promise<unknown>;
  /** Asks for an operation on behalf of somebody. Throws what the supervisor refuses it with. */
  operate(kind: OperationKind, body: object, askedBy: string): Promise<ClusterOperation>;
  /** What model calls used. Reads everything that is kept: takes seconds where that is much. */
  usage(request: UsageRequest): Promise<z.infer<typeof UsageAnswer>>;
  /** How the objectives are kept, as the supervisor counts them. */
  slo(): Promise<SloReport>;
  /** Dead letters. Throws `unknown_dead_letter`, as the desk does. */
  deadLetters(request: DeadLetterListRequest): Promise<DeadLetterList>;
  deadLetter(request: z.infer<typeof DeadLetterRef>): Promise<DeadLetterView>;
  /** Decides on behalf of somebody. Throws what the desk refuses it with. */
  decideDeadLetter(act: DeskAct, body: object, askedBy: string): Promise<DeskAnswer>;
  /** How far an operation is. Throws `invalid_id`. */
  operation(id: string): Promise<ClusterOperation>;
  /** Events of the control plane after a sequence (without one: the last few), until the signal aborts. */
  events(after: number | undefined, signal: AbortSignal): AsyncGenerator<StoredControlEvent>;
}

const READ_MS = 2_000;
const USAGE_MS = 30_000;
/** Longer than its entry in the audit and its record in the log may take. */
const DESK_MS = 10_000;
/** The supervisor says every 5 s that it is there. */
const SILENCE_MS = 15_000;

export function supervisorApi(link: Link, subjects: Subjects): SupervisorApi {
  const subject = (verb: string) => subjects.supervisor(verb);
  return {
    read: (view) => callService(link, subject(view), undefined, { timeoutMs: READ_MS, ifLost: "unavailable" }),
    operate: async (kind, body, askedBy) => {
      const { wait_ms: waitMs = 0 } = body as { readonly wait_ms?: number };
      const options = { timeoutMs: READ_MS + waitMs, headers: { [ASKED_BY_HEADER]: askedBy } };
      return Operation.parse(await callService(link, subject(kind), body, options));
    },
    usage: async (request) =>
      UsageAnswer.parse(
        await callService(link, subject("usage"), request, { timeoutMs: USAGE_MS, ifLost: "unavailable" }),
      ),
    slo: async () =>
      SloReport.parse(
        await callService(link, subject("slo"), undefined, { timeoutMs: READ_MS, ifLost: "unavailable" }),
      ),
    deadLetters: async (request) =>
      DeadLetterList.parse(
        await callService(link, subject("dead_letters"), request, { timeoutMs: READ_MS, ifLost: "unavailable" }),
      ),
    deadLetter: async (request) =>
      DeadLetterView.parse(
        await callService(link, subject("dead_letter"), request, { timeoutMs: READ_MS, ifLost: "unavailable" }),
      ),
    decideDeadLetter: async (act, body, askedBy) => {
      const options = { timeoutMs: DESK_MS, headers: { [ASKED_BY_HEADER]: askedBy } };
      return DeskAnswer.parse(await callService(link, subject(`dead_letter_${act}`), body, options));
    },
    operation: async (id) =>
      Operation.parse(
        await callService(link, subject("operation"), { id }, { timeoutMs: READ_MS, ifLost: "unavailable" }),
      ),
    events: async function* (after, signal) {
      const body = { follow: true, ...(after === undefined ? {} : { after }) };
      for await (const message of streamService(link, subject("events"), body, { silenceMs: SILENCE_MS, signal })) {
        const event = StoredControlEvent.safeParse(message);
        // Everything else is a sign of life.
        if (event.success) yield event.data;
      }
    },
  };
}
