import type { CodeMutant } from "./mutant.ts";

/** Options of node under which a process, and those that it starts, run as a mutant: for `NODE_OPTIONS`, behind what stands there. */
export const mutantOptions = ({ name }: CodeMutant, present: string | undefined): string =>
  `${present ?? ""} --import=${new URL(`./hook.ts?${name}`, import.meta.url).href}`.trim();
