/** Figures of one process as another one reads them: what a host tells its node. Parsed there, since a host runs code of authors. */
import { z } from "zod";
import { type Declared, METRICS, type MetricName } from "./metric-names.ts";

const MAX_VALUES = 5_000;
const label = z.union([z.string().max(256), z.number()]);

const MetricFigure = z.object({
  name: z.string().max(128),
  values: z
    .array(
      z.object({
        value: z.number(),
        labels: z.record(z.string().max(64), label),
        /** Of histograms: `…_bucket`, `…_sum`, `…_count`. */
        metricName: z.string().max(140).optional(),
      }),
    )
    .max(MAX_VALUES),
});
export const MetricFigures: z.ZodArray<typeof MetricFigure> = z.array(MetricFigure).max(128);
export type MetricFigures = readonly z.infer<typeof MetricFigure>[];
type Value = z.infer<typeof MetricFigure>["values"][number];

const SUFFIXES = ["", "_bucket", "_sum", "_count"];

/** Those of the named metrics, with their declared labels alone: nobody makes series here that this module does not name. */
export function knownFigures(figures: MetricFigures, names: readonly MetricName[]): MetricFigures {
  return figures.flatMap(({ name, values }) => {
    const known = names.find((one) => one === name);
    return known === undefined ? [] : [{ name, values: values.filter((value) => isOf(known, value)) }];
  });
}

function isOf(name: MetricName, { labels, metricName = name }: Value): boolean {
  const declared: Declared = METRICS[name];
  const own = [...(declared.labels ?? []), "le"];
  return (
    SUFFIXES.some((suffix) => metricName === `${name}${suffix}`) &&
    Object.keys(labels).every((key) => own.includes(key))
  );
}

/** The sum of each series. */
export function sumFigures(all: readonly MetricFigures[]): MetricFigures {
  const byName = new Map<string, Map<string, Value>>();
  for (const { name, values } of all.flat()) {
    const series = byName.get(name) ?? new Map<string, Value>();
    byName.set(name, series);
    for (const value of values) {
      const key = seriesOf(value);
      const before = series.get(key);
      series.set(key, before ? { ...before, value: before.value + value.value } : value);
    }
  }
  return [...byName].map(([name, series]) => ({ name, values: [...series.values()] }));
}

const seriesOf = ({ metricName, labels }: Value): string =>
  JSON.stringify([metricName, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
