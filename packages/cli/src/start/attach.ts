import { join } from "node:path";
import { TroupeError } from "@troupe/runtime";
import { z } from "zod";
import type { Scope } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { type RunFile, STATE_FOLDER } from "../run-file.ts";
import { destinationOf, runTask } from "../task/run-task.ts";
import { finish } from "../task/show.ts";
import { announceAttached } from "./attached.ts";

export interface AttachedTask {
  readonly role: string | undefined;
  readonly input: string | undefined;
}

/** Submits to the system that another `troupe start` runs in this folder, and shows the task. */
export async function attach(scope: Scope, run: RunFile, { role, input }: AttachedTask): Promise<ExitCode> {
  const { terminal } = scope;
  terminal.note(`A system runs in this folder already: process ${run.pid}, ${run.http_url}, ${run.nats_url}`);
  if (input === undefined) {
    terminal.note('Give it a task: npx troupe start "…". Stop it with Ctrl-C in its terminal.');
    if (terminal.isJson) terminal.print(JSON.stringify(run));
    return EXIT_CODES.ok;
  }
  const destination = await destinationOf(run);
  const leave = await announceAttached(join(scope.cwd, STATE_FOLDER), scope.pid);
  try {
    const first = runTask(scope, destination, { role: role ?? run.door, input });
    const task = first.catch((error: unknown) => {
      const door = role === undefined ? doorInstead(error) : undefined;
      if (door === undefined) throw error;
      return runTask(scope, destination, { role: door, input });
    });
    return finish(await task, terminal);
  } finally {
    await leave();
  }
}

const Refusal = z.object({ doors: z.array(z.string()) });

/** The first role that clients may address, where the one that was there at the start is gone with a deployment since. */
export function doorInstead(error: unknown): string | undefined {
  return TroupeError.is(error, "unknown_role") ? Refusal.safeParse(error.details).data?.doors[0] : undefined;
}
