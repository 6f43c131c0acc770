/** Paths in the forms that the document and the router have. Pure. */

/** The router's form of a path with `{name}`s; a colon in it is a colon. */
export const routePattern = (path: string): string =>
  path
    .replaceAll(":", "::")
    .replaceAll(/\{(\w+)\}(?=::)/g, ":$1([^:]+)")
    .replaceAll(/\{(\w+)\}/g, ":$1");

/** What a path in the router's form matches, and whether it names a parameter. */
export function matcherOf(pattern: string): { readonly matches: RegExp; readonly isNamed: boolean } {
  const parts = pattern.split(/(::|:\w+(?:\([^)]*\))?)/);
  const source = parts.map((part) => {
    if (part === "::") return ":";
    if (!part.startsWith(":")) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    return part.endsWith(")") ? part.slice(part.indexOf("(") + 1, -1) : "[^/]+";
  });
  return { matches: new RegExp(`^${source.join("")}$`), isNamed: parts.some((part) => /^:\w/.test(part)) };
}
