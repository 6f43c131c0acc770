/**
 * `npm run bench`: what a task costs on Troupe, beside what the same three messages cost on bare NATS in the same run (docs/benchmarks.md).
 * Everything runs on loopback, in processes of its own, and ends with the report.
 */
import { type Bed, openBed } from "./bed.ts";
import { type Sample, summarize } from "./measurement.ts";
import { benchResult } from "./result.ts";
import { type BenchSettings, parseSettings, USAGE, type Variant } from "./settings.ts";
import { shuffled } from "./shuffled.ts";
import { formatTables } from "./table.ts";

const PRIMING_LEVEL = 64;

async function measureAll(bed: Bed, settings: BenchSettings): Promise<Sample[]> {
  const samples: Sample[] = [];
  await prime(bed, settings);
  for (let round = 0; round < settings.rounds; round++) {
    for (const inFlight of settings.levels) {
      for (const variant of shuffled(settings.variants)) {
        const { warmUpMs, measureMs } = settings;
        const sample = await bed.measure(variant, { inFlight, warmUpMs, measureMs, step: variant.step }, round);
        samples.push(sample);
        progress(settings, round, variant, sample);
      }
    }
  }
  return samples;
}

/** A long run of each variant that does not count: compiling its code is the price of a start, and it would fall on the first rounds alone. */
async function prime(bed: Bed, { variants, primeMs }: BenchSettings): Promise<void> {
  for (const variant of variants) {
    process.stderr.write(`priming ${variant.id}\n`);
    await bed.measure(variant, { inFlight: PRIMING_LEVEL, warmUpMs: 0, measureMs: primeMs, step: variant.step }, -1);
  }
}

function progress(settings: BenchSettings, round: number, variant: Variant, sample: Sample): void {
  const at = `round ${round + 1}/${settings.rounds}, ${sample.inFlight} in flight`;
  process.stderr.write(
    `${at}: ${variant.id} ${Math.round(sample.tasksPerSecond)} tasks/s, p50 ${sample.p50Ms.toFixed(2)} ms\n`,
  );
}

async function main(): Promise<number> {
  const settings = readSettings();
  if (settings === undefined) return 2;
  if (settings === "help") {
    console.log(USAGE);
    return 0;
  }
  const bed = await openBed(settings);
  try {
    const samples = await measureAll(bed, settings);
    const rows = summarize(settings, samples);
    const data = { about: bed.about, settings, rows, samples };
    const result = benchResult("bench", process.argv.slice(2), formatTables(rows), data);
    if (settings.isJson) console.log(JSON.stringify(result, undefined, 1));
    else console.log(`${JSON.stringify({ ...result.machine, ...bed.about })}\n\n${result.tables}`);
    return 0;
  } finally {
    await bed.close();
  }
}

function readSettings(): BenchSettings | "help" | undefined {
  try {
    return parseSettings(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

process.exitCode = await main();
