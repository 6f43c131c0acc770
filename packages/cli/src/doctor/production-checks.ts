import type { WeakName, WeakSetting } from "../environment/weak-settings.ts";
import { type Check, failed, ok, skipped } from "./check.ts";

/**
 * What production would refuse of these settings: each by its name with its remedy where this is production, in one line elsewhere, since
 * there they are as they should be.
 */
export function productionChecks(
  weak: readonly WeakSetting[],
  allowed: readonly WeakName[],
  isProduction: boolean,
): readonly Check[] {
  if (weak.length === 0) return [{ name: "production", run: async () => ok("no setting that was looked at is weak") }];
  if (!isProduction) {
    const names = weak.map(({ name }) => name).join(", ");
    const text = `would not start with ${names}; with TROUPE_ENV=production each is explained`;
    return [{ name: "production", run: async () => skipped(text) }];
  }
  return weak.map(({ name, text, remedy }) => ({
    name: "production",
    run: async () =>
      allowed.includes(name)
        ? skipped(`${name}: ${text} (allowed by name)`)
        : failed(`${name}: ${text}`, {
            why: "production refuses to start with it",
            remedy: `${remedy}; or allow it: TROUPE_ALLOW_WEAK=${name}`,
          }),
  }));
}
