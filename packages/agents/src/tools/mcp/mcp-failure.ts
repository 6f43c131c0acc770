/** What an error of a call says about the call. Pure. */
import { z } from "zod";

/** The server answered, by an error of the protocol. */
const Answered = z.object({ code: z.number() });
/** The server answered, and its answer is not what it promised; or nothing was sent at all. */
const Judged = z.object({
  code: z.enum([
    "INVALID_RESULT",
    "UNSUPPORTED_RESULT_TYPE",
    "CAPABILITY_NOT_SUPPORTED",
    "INPUT_REQUIRED_ROUNDS_EXCEEDED",
    "METHOD_NOT_SUPPORTED_BY_PROTOCOL_VERSION",
  ]),
});
/** Nothing was sent, or the server refused the request before it was a call: unknown session, no access, too many. */
const Refused = z.union([
  z.object({ code: z.literal("NOT_CONNECTED") }),
  z.object({ status: z.number().min(400).max(499) }),
]);

/**
 * `answered`: the server, or the check of its answer, says why; `refused`: it did not take the request, so nothing was done; `unknown`: the
 * request may have arrived, and nobody knows what became of it.
 */
export type McpFailure = "answered" | "refused" | "unknown";

/** Everything that is not known to be harmless is `unknown`. */
export function failureOfCall(error: unknown): McpFailure {
  if (Answered.safeParse(error).success || Judged.safeParse(error).success) return "answered";
  return Refused.safeParse(error).success ? "refused" : "unknown";
}
