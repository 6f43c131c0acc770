import { LoadClient } from "./load-client.ts";
import type { Stack } from "./stack.ts";

/** A closed loop of so many clients at the relay system of a stack; each task has one journaled step of `workMs`. */
export const relayLoad = (
  { server, subjects, core }: Pick<Stack, "server" | "subjects" | "core">,
  inFlight: number,
  workMs: number,
): Promise<LoadClient> =>
  LoadClient.open({
    natsUrl: server.url,
    subjects,
    core,
    inFlight,
    door: "a",
    input: (number) => ({ workMs, number }),
  });
