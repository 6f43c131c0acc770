/**
 * How the code of a bundle finds the packages that are not in it. A bundle lies in a cache folder, where no package is: its imports are
 * looked up as if they stood in other modules, first in Troupe's own (so that a system works with the runtime that runs it), then in
 * others, such as one in the working directory of the node.
 */
import { createRequire, isBuiltin, type ResolveFnOutput, type ResolveHookContext, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

type Next = (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput;

/** URLs of modules whose packages a bundle uses, by the bundle's own URL. */
const PACKAGES_OF = new Map<string, readonly string[]>();

/** From now on the module at this path finds packages where these modules (URLs) do. Returns its URL. */
export function useBundle(path: string, packagesFrom: readonly string[]): string {
  const url = pathToFileURL(path).href;
  if (PACKAGES_OF.size === 0) registerHooks({ resolve });
  PACKAGES_OF.set(url, packagesFrom);
  return url;
}

const isPackage = (specifier: string): boolean => !/^[./#]|^[a-z]+:/.test(specifier) && !isBuiltin(specifier);

function resolve(specifier: string, context: ResolveHookContext, next: Next): ResolveFnOutput {
  const from = PACKAGES_OF.get(context.parentURL ?? "");
  if (from === undefined || !isPackage(specifier)) return next(specifier, context);
  let failure: unknown;
  for (const module of from) {
    try {
      if (!context.conditions.includes("require")) return next(specifier, { ...context, parentURL: module });
      // What is required is looked up from the file that requires it, whatever a hook says.
      return { url: pathToFileURL(createRequire(module).resolve(specifier)).href, shortCircuit: true };
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure instanceof Error ? failure : new Error(`no module to look for ${specifier} from`);
}
