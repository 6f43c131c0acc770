import { z } from "zod";

/** Most tasks that one hint names. */
export const MAX_HINTED_TASKS = 500;

/** "Something was recorded of these tasks": what roles tell those who watch. May be lost, and says nothing that the log does not. */
export const LiveHint = z.strictObject({ tasks: z.array(z.string().max(128)).max(MAX_HINTED_TASKS) });
export type LiveHint = z.infer<typeof LiveHint>;
