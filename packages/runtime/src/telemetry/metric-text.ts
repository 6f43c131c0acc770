import type { MetricFigures } from "./metric-figures.ts";
import { METRICS, type MetricName } from "./metric-names.ts";

/** Figures in Prometheus' text format. Pure. */
export function metricText(figures: MetricFigures): string {
  return figures
    .flatMap(({ name, values }) => (isName(name) ? lines(name, values) : []))
    .join("\n")
    .concat("\n");
}

const isName = (name: string): name is MetricName => Object.hasOwn(METRICS, name);

function lines(name: MetricName, values: MetricFigures[number]["values"]): string[] {
  const { help, type } = METRICS[name];
  return [
    `# HELP ${name} ${help.replaceAll("\\", "\\\\")}`,
    `# TYPE ${name} ${type}`,
    ...values.map(({ labels, metricName = name, value }) => `${metricName}${labelText(labels)} ${numberText(value)}`),
  ];
}

function labelText(labels: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(String(value))}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
