import { messageOf } from "@troupe/runtime";

/** What a check that found fault says besides: why it matters, and how to mend it. */
export interface Advice {
  readonly why: string;
  readonly remedy: string;
}

/** What one check found. */
export type Finding =
  | { readonly status: "ok" | "skipped"; readonly text: string }
  | ({ readonly status: "warning" | "failed"; readonly text: string } & Advice);

export interface Check {
  readonly name: string;
  run(): Promise<Finding>;
}

export type Diagnosis = Finding & { readonly name: string };

export const ok = (text: string): Finding => ({ status: "ok", text });
export const skipped = (text: string): Finding => ({ status: "skipped", text });
export const warning = (text: string, advice: Advice): Finding => ({ status: "warning", text, ...advice });
export const failed = (text: string, advice: Advice): Finding => ({ status: "failed", text, ...advice });

/** Runs all checks, one after the other. A check that throws has failed; the others run nevertheless. */
export async function diagnose(checks: readonly Check[], adviceOfCrash: Advice): Promise<readonly Diagnosis[]> {
  const found: Diagnosis[] = [];
  for (const check of checks) {
    const finding = await check.run().catch((error: unknown) => failed(messageOf(error), adviceOfCrash));
    found.push({ ...finding, name: check.name });
  }
  return found;
}
