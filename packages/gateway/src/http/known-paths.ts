/** Which methods a path takes, so that others are told apart from paths that do not exist. */
export class KnownPaths {
  readonly #routes: { readonly parts: readonly string[]; readonly methods: readonly string[] }[] = [];

  /** `url` in the router's form: `:name` stands for one part. */
  add(url: string, methods: string | readonly string[]): void {
    this.#routes.push({ parts: url.split("/"), methods: [methods].flat() });
  }

  /** What a path without its query takes; empty when there is no such path. A route of just this path hides those with a `:name`. */
  methodsOf(path: string): readonly string[] {
    const parts = path.split("/");
    const found = this.#routes.filter((route) => matches(route.parts, parts));
    const exact = found.filter((route) => route.parts.every((part) => !part.startsWith(":")));
    return [...new Set((exact.length > 0 ? exact : found).flatMap(({ methods }) => methods))];
  }
}

const matches = (pattern: readonly string[], parts: readonly string[]): boolean =>
  pattern.length === parts.length &&
  pattern.every((part, index) => (part.startsWith(":") ? parts[index] !== "" : part === parts[index]));
