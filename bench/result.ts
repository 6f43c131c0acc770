import { cpus, loadavg } from "node:os";
import { z } from "zod";

/** What a benchmark prints with `--json`, its own data beside it. docs/benchmarks.md is written from these. */
export const BenchResult = z.looseObject({
  /** How to repeat it. */
  command: z.string(),
  machine: z.object({
    date: z.iso.date(),
    cores: z.int(),
    model: z.string(),
    node: z.string(),
    /** Load average of the last minute, the measurement's own included. */
    load: z.number(),
  }),
  /** The figures as Markdown. */
  tables: z.string(),
});
export type BenchResult = z.infer<typeof BenchResult>;

/** A result as of now, on this machine. `script` is the name in package.json. */
export function benchResult(script: string, args: readonly string[], tables: string, data: object): BenchResult {
  const [load = 0] = loadavg();
  const own = args.filter((arg) => arg !== "--json");
  return {
    command: ["npm run", script, ...(own.length > 0 ? ["--", ...own] : [])].join(" "),
    machine: {
      date: new Date().toISOString().slice(0, 10),
      cores: cpus().length,
      model: cpus()[0]?.model ?? "",
      node: process.version,
      load: Math.round(load * 10) / 10,
    },
    tables,
    ...data,
  };
}
