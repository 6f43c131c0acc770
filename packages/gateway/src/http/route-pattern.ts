/** Paths in the forms that the document and the router have. Pure. */

/** The router's form of a path with `{name}`s; a colon in it is a colon. */
export const routePattern = (path: string): string =>
  path
    .replaceAll(":", "::")
    .replaceAll(/\{(\w+)\}(?=::)/g, ":$1([^:]+)")
    .replaceAll(/\{(\w+)\}/g, ":$1");

/** What a path in the router's form matches, whether it names a parameter, and how much of it is fixed. */
export function matcherOf(pattern: string) {
  const parts = pattern.split(/(::|:\w+(?:\([^)]*\))?)/);
  const source = parts.map((part) => {
    if (part === "::") return ":";
    if (!part.startsWith(":")) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    return part.endsWith(")") ? part.slice(part.indexOf("(") + 1, -1) : "[^/]+";
  });
  const named = parts.filter((part) => /^:\w/.test(part));
  return {
    matches: new RegExp(`^${source.join("")}$`),
    isNamed: named.length > 0,
    fixedLength: pattern.length - named.join("").length,
  };
}
