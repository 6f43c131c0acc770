import { connectTroupe, type TaskRequest, type TaskView, type TroupeClient } from "@troupe/runtime";
import type { Scope } from "../cli.ts";
import { unlessInterrupted } from "../interruption.ts";
import { loadKeys, type SignIn } from "../keys.ts";
import type { RunFile } from "../run-file.ts";
import { showLive } from "./show.ts";

/** The system that a task goes to. */
export interface Destination {
  readonly natsUrl: string;
  readonly system: string;
  readonly signIn: SignIn;
}

/** The system that `troupe start` runs in a folder, as a client of it. */
export async function destinationOf(run: RunFile): Promise<Destination> {
  const signInOf = await loadKeys({ keysFile: run.keys_file, tls: run.tls });
  return { natsUrl: run.nats_url, system: run.system, signIn: signInOf("client") };
}

export interface NewTask {
  readonly role: string;
  readonly input: TaskRequest["input"];
  readonly session?: string | undefined;
  readonly deadlineMs?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly requires?: readonly string[] | undefined;
  readonly maxLoad?: number | undefined;
}

/** Connects as a client, runs `use`, and closes the connection whatever happens. */
export async function withClient<T>(
  { natsUrl, system, signIn }: Destination,
  use: (client: TroupeClient) => Promise<T>,
): Promise<T> {
  const client = await connectTroupe({ url: natsUrl, system, ...signIn });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Submits a task, shows it live, and returns it when it has ended. An interruption leaves the task running. */
export async function runTask(scope: Scope, destination: Destination, task: NewTask): Promise<TaskView> {
  return withClient(destination, (client) => {
    const { role, input, ...options } = task;
    return unlessInterrupted(showLive(client.run(role, input, options), scope.terminal), scope.interrupted);
  });
}
