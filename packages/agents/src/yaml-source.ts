import { messageOf, type Problem } from "@troupe/runtime";
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";

/** A parsed YAML text that still knows where everything stood. */
export interface YamlSource {
  readonly value: unknown;
  /** What is wrong with the YAML itself; then there is no value. */
  readonly problems: readonly Problem[];
  /** The line of a path such as `roles.router.model` or `graph.client[1]`; of the nearest part of it that exists. */
  lineOf(path: string): { readonly line: number } | undefined;
}

/** Aliases that may be resolved: a few are useful, many are an attack. */
const MAX_ALIASES = 100;

/** Parses one YAML document. Never throws. */
export function parseYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const lineOf = (path: string) => lineOfPath(document, lines, path);
  const problems: Problem[] = [...document.errors, ...document.warnings].map((error) => ({
    path: "",
    value: undefined,
    reason: error.message,
    line: lines.linePos(error.pos[0]).line,
  }));
  if (problems.length > 0) return { value: undefined, problems, lineOf };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), problems, lineOf };
  } catch (error) {
    return { value: undefined, problems: [{ path: "", value: undefined, reason: messageOf(error) }], lineOf };
  }
}

function lineOfPath(document: Document, lines: LineCounter, path: string): { readonly line: number } | undefined {
  let node: unknown = document.contents;
  let offset = offsetOf(node);
  for (const part of path.split(/[.[\]]+/).filter((text) => text !== "")) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      if (pair === undefined) break;
      offset = offsetOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)];
      if (item === undefined) break;
      offset = offsetOf(item) ?? offset;
      node = item;
    } else break;
  }
  return offset === undefined ? undefined : { line: lines.linePos(offset).line };
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
