/** How a host restarts actors that fail, as the system file declares it. */
import { z } from "zod";
import { isRoleName } from "./names.ts";

const DAY_MS = 24 * 3_600_000;
const ms = z.int().min(1).max(DAY_MS);

/** Which actors are restarted when one fails: it alone, all of its group, or it and those of roles behind its own. */
export const SupervisionStrategy = z.enum(["one-for-one", "one-for-all", "rest-for-one"]);
export type SupervisionStrategy = z.infer<typeof SupervisionStrategy>;

/** Waits between restarts: none before the first of a series, then `baseMs`, doubled each time up to `maxMs`, with jitter. */
export const RestartBackoff = z.strictObject({ baseMs: ms.optional(), maxMs: ms.optional() });

const SupervisionPolicy = z.strictObject({
  strategy: SupervisionStrategy.optional().describe("Whom a failure restarts. Default one-for-one."),
  intensity: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe("Restarts within `withinMs` that are still answered with a restart. Default 3."),
  withinMs: ms.optional().describe("Default 60000."),
  backoff: RestartBackoff.optional().describe("Default 200 ms, doubled up to 30 s."),
});

/** A group of roles that are restarted together. What it does not set is as the system sets it. */
export const SupervisionGroup = SupervisionPolicy.extend({
  roles: z
    .array(z.string().refine(isRoleName, "no name of a role"))
    .min(1)
    .max(200)
    .describe("In the order in which one builds on the other: `rest-for-one` goes by it."),
});

/** The supervision of a system: its own policy for every role, and groups with policies of their own. */
export const Supervision = SupervisionPolicy.extend({
  groups: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "a lower-case letter, then letters, digits or hyphens"),
      SupervisionGroup,
    )
    .optional(),
});
export type Supervision = z.infer<typeof Supervision>;
