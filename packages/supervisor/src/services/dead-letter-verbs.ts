/** `<sys>.supervisor.dead_letters`, `dead_letter`, and `dead_letter_{retry,answer,drop}`: only users of CORE and gateways reach them. */
import {
  type AuditEvent,
  DESK_ACTS,
  DESK_REQUESTS,
  DeadLetterListRequest,
  DeadLetterRef,
  type DeskAct,
  type DeskRequest,
  type Endpoint,
  type ServiceRequest,
  type Subjects,
} from "@troupe/runtime/internal";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { askedBy } from "../audit/operator-act.ts";
import type { DeadLetterDesk } from "../desk/dead-letter-desk.ts";

export interface DeadLetterVerbPorts {
  readonly subjects: Subjects;
  readonly desk: DeadLetterDesk;
  readonly audit: Pick<AuditTrail, "store">;
  readonly requireLeading: () => void;
}

export function deadLetterVerbs(ports: DeadLetterVerbPorts): Readonly<Record<string, Endpoint>> {
  const { subjects, desk, audit, requireLeading } = ports;
  const decide = async (act: DeskAct, request: ServiceRequest) => {
    requireLeading();
    const asked = requestOf(act, request);
    // In the audit before it is done, like every act of an operator.
    await audit.store(deskAct(asked, request));
    request.respond(await desk.decide(asked));
  };
  return {
    dead_letters: {
      subject: subjects.supervisor("dead_letters"),
      handle: (request) => request.respond(desk.list(request.json(DeadLetterListRequest))),
    },
    dead_letter: {
      subject: subjects.supervisor("dead_letter"),
      handle: async (request) => {
        const { dead_letter_id: id, tenant } = request.json(DeadLetterRef);
        request.respond(await desk.show(id, tenant));
      },
    },
    ...Object.fromEntries(
      DESK_ACTS.map((act): [string, Endpoint] => [
        `dead_letter_${act}`,
        { subject: subjects.supervisor(`dead_letter_${act}`), handle: (request) => decide(act, request) },
      ]),
    ),
  };
}

function requestOf(act: DeskAct, request: ServiceRequest): DeskRequest {
  switch (act) {
    case "retry":
      return { act, ...request.json(DESK_REQUESTS.retry) };
    case "answer":
      return { act, ...request.json(DESK_REQUESTS.answer) };
    case "drop":
      break;
  }
  return { act, ...request.json(DESK_REQUESTS.drop) };
}

/** What is sent or answered stands in the task; the audit says who decided, and what. */
function deskAct(asked: DeskRequest, request: ServiceRequest): AuditEvent {
  const { dead_letter_id: about, act, reason } = asked;
  const edit = act === "retry" && asked.message !== undefined ? { edited: true } : {};
  const model = act === "retry" && asked.model !== undefined ? { model: asked.model } : {};
  return {
    event: "operator_act",
    who: askedBy(request),
    act: `dead_letter_${act}`,
    about,
    details: { ...edit, ...model, ...(reason === undefined ? {} : { reason }) },
  };
}
