import { type Clock, TroupeError } from "@troupe/runtime";
import type { Tool, ToolScope } from "../tool.ts";

/**
 * Runs a tool for as long as it may take. Throws `outcome_unknown` after that: it was told to stop, but nobody knows whether it took effect.
 */
export async function runInTime(tool: Tool, args: unknown, scope: ToolScope, clock: Clock): Promise<unknown> {
  const { timeoutMs } = tool.rules;
  const over = new AbortController();
  const ended = new AbortController();
  const error = new TroupeError("outcome_unknown", `no result within ${timeoutMs} ms`);
  const tooLong = clock.sleep(timeoutMs, ended.signal).then(() => {
    over.abort(error);
    throw error;
  });
  const { idempotencyKey, taint } = scope;
  const signal = AbortSignal.any([scope.signal, over.signal]);
  const bounded: ToolScope = { idempotencyKey, signal, taint, ask: (service, body) => scope.ask(service, body) };
  try {
    return await Promise.race([Promise.resolve(tool.run(args, bounded)), tooLong]);
  } catch (thrown) {
    // What a tool says of being told to stop is not what happened.
    throw over.signal.aborted ? error : thrown;
  } finally {
    ended.abort();
    // Aborting the clock's sleep rejects it; nobody waits for that any more.
    tooLong.catch(() => undefined);
  }
}
