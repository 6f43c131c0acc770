import { z } from "zod";
import type { Paint } from "../terminal.ts";

const names = z.array(z.string());

/** What a deployment changes, as the supervisor tells it. */
export const Difference = z.looseObject({
  roles: z.looseObject({
    added: names,
    removed: names,
    changed: z.array(z.looseObject({ role: z.string(), settings: names })),
  }),
  edges: z.looseObject({ added: names, removed: names }),
  settings: names,
});
export type Difference = z.infer<typeof Difference>;

/** The difference for people; no line when nothing changes. */
export function differenceLines({ roles, edges, settings }: Difference, paint: Paint): readonly string[] {
  return [
    ...roles.added.map((role) => paint("green", `+ role ${role}`)),
    ...roles.removed.map((role) => paint("red", `- role ${role}`)),
    ...roles.changed.map(({ role, settings: changed }) => paint("yellow", `~ role ${role}: ${changed.join(", ")}`)),
    ...edges.added.map((edge) => paint("green", `+ edge ${edge}`)),
    ...edges.removed.map((edge) => paint("red", `- edge ${edge}`)),
    ...(settings.length > 0 ? [paint("yellow", `~ ${settings.join(", ")}`)] : []),
  ];
}
