/** `<sys>.supervisor.usage`: what model calls used and cost, by tenant, user, role, model and day. For operators and gateways. */
import { type Endpoint, sumUsage, UsageAnswer, type UsageLine, UsageRequest } from "@troupe/runtime/internal";
import { readUsage, type UsageSource } from "./read-usage.ts";

/** An answer is one message. */
const MAX_LINES = 3_000;

export function usageVerb(source: UsageSource): Readonly<Record<string, Endpoint>> {
  return {
    usage: {
      subject: source.subjects.supervisor("usage"),
      maxBytes: 4_096,
      handle: async (request) => {
        const { by, from = "", to = "9999-12-31", tenant } = request.json(UsageRequest);
        const isWanted = (line: UsageLine) =>
          (line.day ?? "") >= from && (line.day ?? "") <= to && (tenant === undefined || line.tenant === tenant);
        const lines = sumUsage((await readUsage(source)).filter(isWanted), by);
        const shown = lines.slice(0, MAX_LINES);
        request.respond(UsageAnswer.parse({ lines: shown, is_complete: shown.length === lines.length }));
      },
    },
  };
}
