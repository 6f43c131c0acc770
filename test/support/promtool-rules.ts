/** What `promtool check metrics` complains about, as far as it concerns a text of ours. */

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)$/;
const UNITS = /_(milliseconds|minutes|hours|days|kilobytes|megabytes|percent)(_|$)/;

/** Each problem with its line; none = promtool would be content. */
export function promtoolProblems(text: string): readonly string[] {
  const problems: string[] = [];
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const series = new Set<string>();
  if (!text.endsWith("\n")) problems.push("the last line has no end");
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === "HELP") helped.add(name);
    else if (kind === "TYPE") {
      if (types.has(name)) problems.push(`second TYPE of ${name}`);
      types.set(name, rest);
      if (!helped.has(name)) problems.push(`${name} has no help`);
      if (name.endsWith("_total") !== (rest === "counter")) problems.push(`${name}: _total is for counters alone`);
      if (UNITS.test(name)) problems.push(`${name} is not in base units`);
    } else problems.push(...sampleProblems(line, types, series));
  }
  return problems;
}

function sampleProblems(line: string, types: ReadonlyMap<string, string>, series: Set<string>): readonly string[] {
  const [, name = "", labels = "", value = ""] = SAMPLE.exec(line) ?? [];
  if (name === "") return [`not a sample: ${line}`];
  const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, "");
  const type = types.get(family);
  const problems: string[] = [];
  if (type === undefined) problems.push(`${name} has no TYPE before it`);
  if (family !== name && type !== "histogram") problems.push(`${name} belongs to no histogram`);
  if (!/^([+-]?Inf|NaN)$/.test(value) && !Number.isFinite(Number(value))) problems.push(`no number: ${line}`);
  const key = `${name}{${labels.split(",").toSorted().join()}}`;
  if (series.has(key)) problems.push(`twice: ${key}`);
  series.add(key);
  return problems;
}
