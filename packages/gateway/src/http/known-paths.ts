import { matcherOf } from "./route-pattern.ts";

/** Which methods a path takes, so that others are told apart from paths that do not exist. */
export class KnownPaths {
  readonly #routes: (ReturnType<typeof matcherOf> & { readonly methods: readonly string[] })[] = [];

  /** `url` in the router's form: `:name` stands for one part. */
  add(url: string, methods: string | readonly string[]): void {
    this.#routes.push({ ...matcherOf(url), methods: [methods].flat() });
  }

  /**
   * What a path without its query takes; empty when there is no such path. A route of just this path hides those with a `:name`, and of those
   * the ones with the most fixed text hide the others.
   */
  methodsOf(path: string): readonly string[] {
    const found = this.#routes.filter(({ matches }) => matches.test(path));
    const exact = found.filter(({ isNamed }) => !isNamed);
    const most = Math.max(...found.map(({ fixedLength }) => fixedLength));
    const nearest = exact.length > 0 ? exact : found.filter(({ fixedLength }) => fixedLength === most);
    return [...new Set(nearest.flatMap(({ methods }) => methods))];
  }
}
