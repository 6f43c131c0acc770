import { messageOf } from "@troupe/runtime";

/** What one check found. `remedy` says how to mend it. */
export type Finding =
  | { readonly status: "ok" | "skipped"; readonly text: string }
  | { readonly status: "warning" | "failed"; readonly text: string; readonly remedy: string };

export interface Check {
  readonly name: string;
  run(): Promise<Finding>;
}

export type Diagnosis = Finding & { readonly name: string };

export const ok = (text: string): Finding => ({ status: "ok", text });
export const skipped = (text: string): Finding => ({ status: "skipped", text });
export const warning = (text: string, remedy: string): Finding => ({ status: "warning", text, remedy });
export const failed = (text: string, remedy: string): Finding => ({ status: "failed", text, remedy });

/** Runs all checks, one after the other. A check that throws has failed; the others run nevertheless. */
export async function diagnose(checks: readonly Check[], remedyOfCrash: string): Promise<readonly Diagnosis[]> {
  const found: Diagnosis[] = [];
  for (const check of checks) {
    const finding = await check.run().catch((error: unknown) => failed(messageOf(error), remedyOfCrash));
    found.push({ ...finding, name: check.name });
  }
  return found;
}
