/** Every text in plain data, names of fields included. Pure. */

/** Deeper data is left out: no JSON of the log is as deep. */
const MAX_DEPTH = 512;

/** The data with its texts changed; the same object where none is. */
export function mapTexts<T>(data: T, change: (text: string) => string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- data of the same form, with other texts in it
  return mapped(data, change, []) as T;
}

/** `above` = what holds the value: data that holds itself is nobody's JSON, and is left as it is. */
function mapped(value: unknown, change: (text: string) => string, above: readonly unknown[]): unknown {
  if (typeof value === "string") return change(value);
  if (typeof value !== "object" || value === null) return value;
  if (above.length >= MAX_DEPTH) return null;
  if (above.includes(value)) return value;
  const path = [...above, value];
  if (Array.isArray(value)) {
    const list = value.map((entry: unknown) => mapped(entry, change, path));
    return list.every((entry, index) => entry === value[index]) ? value : list;
  }
  const before = Object.entries(value);
  const after = before.map(([name, entry]) => [change(name), mapped(entry, change, path)] as const);
  const isSame = after.every(([name, entry], index) => name === before[index]?.[0] && entry === before[index]?.[1]);
  return isSame ? value : Object.fromEntries(after);
}
