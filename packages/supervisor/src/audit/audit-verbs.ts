import type { AuditHead, Endpoint, Subjects } from "@troupe/runtime/internal";
import type { AuditTrail } from "./audit-trail.ts";
import { operatorAct } from "./operator-act.ts";

export interface AuditVerbPorts {
  readonly subjects: Subjects;
  readonly sealing: { head(): Promise<AuditHead> };
  readonly requireLeading: () => void;
}

/** `<sys>.supervisor.audit_head`: seals the audit and answers how far it reaches, signed: what a copy is compared with. */
export function auditVerbs({ subjects, sealing, requireLeading }: AuditVerbPorts): Readonly<Record<string, Endpoint>> {
  return {
    audit_head: {
      subject: subjects.supervisor("audit_head"),
      handle: async (request) => {
        requireLeading();
        request.respond(await sealing.head());
      },
    },
  };
}

/** The same endpoints; each request to one of `verbs` is in the audit before it is carried out, and is refused when it cannot be. */
export function audited(
  audit: Pick<AuditTrail, "store">,
  verbs: readonly string[],
  endpoints: Readonly<Record<string, Endpoint>>,
): Readonly<Record<string, Endpoint>> {
  const withEntry = ([verb, endpoint]: readonly [string, Endpoint]): readonly [string, Endpoint] => {
    if (!verbs.includes(verb)) return [verb, endpoint];
    const { handle } = endpoint;
    return [
      verb,
      {
        ...endpoint,
        handle: async (request) => {
          await audit.store(operatorAct(verb, request));
          await handle(request);
        },
      },
    ];
  };
  return Object.fromEntries(Object.entries(endpoints).map(withEntry));
}
