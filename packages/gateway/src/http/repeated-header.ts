/** Headers that decide who asks, for what, and in which form. Whoever stands before the gateway may have read the other one. */
const SINGLE = ["host", "authorization", "x-api-key", "content-type"];

/** The first header that is there twice although only one can count; `undefined` when there is none. `raw` is names and values in turn. Pure. */
export function repeatedHeader(raw: readonly string[]): string | undefined {
  const names = raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return SINGLE.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
}
