/**
 * `npm run chaos`: a whole system in real processes, a load, and faults that strike it by a schedule from a seed; then the log, the books of the
 * receiver of effects and the control plane's events are checked (docs/chaos.md). Loopback only; ends only what it started.
 */
import { messageOf } from "@troupe/runtime";
import { runMutants } from "./mutants/run-mutants.ts";
import { endAll } from "./suite/interruption.ts";
import type { Outcome } from "./suite/report.ts";
import { runRounds } from "./suite/run-rounds.ts";
import { parseChaosSettings, USAGE } from "./suite/settings.ts";

/** A run that proves nothing may be tried again; one that failed may not. */
const EXIT_CODES: Readonly<Record<Outcome, number>> = { held: 0, failed: 1, "proves nothing": 3 };
const INTERRUPTED = 130;
/** By then whatever was started has ended. */
const LEFT_OPEN_MS = 15_000;

const note = (line: string): boolean => process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const settings = parseChaosSettings(process.argv.slice(2), (Date.now() % 1_000_000) + 1);
  if (settings === "help") {
    console.log(USAGE);
    return 0;
  }
  const { mutants } = settings;
  const { text, json, outcome } = await (mutants === undefined
    ? runRounds(settings, note)
    : runMutants(mutants, settings.seed, note));
  console.log(settings.isJson ? JSON.stringify(json, undefined, 2) : text);
  return EXIT_CODES[outcome];
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    note(`${signal}: ending what was started`);
    void endAll().finally(() => process.exit(INTERRUPTED));
  });
}
try {
  process.exitCode = await main();
} catch (error) {
  note(messageOf(error));
  process.exitCode = 1;
}
// What a run leaves open by mistake must not keep those waiting who want to know how it ended; it is told.
setTimeout(() => {
  note(`left open: ${process.getActiveResourcesInfo().join(", ")}`);
  process.exit();
}, LEFT_OPEN_MS).unref();
