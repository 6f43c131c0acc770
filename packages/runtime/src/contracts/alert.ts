/** `<sys>.alerts.<name>`, and the body of an alert's webhook: something that a person should look at has begun, or is over. */
import { z } from "zod";
import { CONTROL_VERSION } from "./control.ts";

export const AlertNotice = z.strictObject({
  v: z.literal(CONTROL_VERSION),
  system: z.string(),
  /** `fired` once when it begins, `resolved` once when it is over. */
  state: z.enum(["fired", "resolved"]),
  /** With `about` what the alert is; docs/alerts.md says what each means. */
  name: z.string(),
  about: z.string(),
  severity: z.enum(["warning", "critical"]),
  text: z.string(),
  /** Since when its condition holds, and when this was said; RFC 3339. */
  since: z.string(),
  at: z.string(),
});
export type AlertNotice = z.infer<typeof AlertNotice>;
