/** What the supervisor's account of the cluster says of the parts of `/health`. Pure. Names of endpoints and nodes stay inside. */
import { z } from "zod";
import type { HealthPartName } from "./task-api.ts";

/** How a part is, before anybody says whether it is needed. */
export interface FoundPart {
  readonly name: HealthPartName;
  readonly isUp: boolean;
  readonly text: string;
}

const Account = z.object({
  dependencies: z.array(z.object({ kind: z.string(), up: z.boolean(), down_on: z.array(z.string()) })),
});

const OF_NODES = [
  { name: "models", kind: "model", noun: "model endpoints" },
  { name: "cache", kind: "cache", noun: "caches" },
] as const satisfies readonly { readonly name: HealthPartName; readonly kind: string; readonly noun: string }[];

/**
 * `answer` = what the supervisor said, `undefined` = nothing. What nobody knows is not down. A part of the nodes is down when something of
 * its kind works for none of those that have lately used it.
 */
export function clusterParts(answer: unknown): readonly FoundPart[] {
  const account = Account.safeParse(answer);
  const supervisor: FoundPart = {
    name: "supervisor",
    isUp: answer !== undefined,
    text: answer === undefined ? "does not answer" : "answers",
  };
  if (!account.success)
    return [supervisor, ...OF_NODES.map(({ name }) => ({ name, isUp: true, text: "not known: nobody tells of it" }))];
  return [
    supervisor,
    ...OF_NODES.map(({ name, kind, noun }) => {
      const used = account.data.dependencies.filter((dependency) => dependency.kind === kind);
      const down = used.filter(({ up }) => !up).length;
      const partly = used.filter(({ up, down_on }) => up && down_on.length > 0).length;
      const troubles = [
        ...(down > 0 ? [`${down} of ${used.length} ${noun} fail`] : []),
        ...(partly > 0 ? [`${partly} of ${used.length} ${noun} fail on some nodes`] : []),
      ];
      const well = used.length === 0 ? "not used lately" : "answers";
      return { name, isUp: down === 0, text: troubles.length > 0 ? troubles.join("; ") : well };
    }),
  ];
}
