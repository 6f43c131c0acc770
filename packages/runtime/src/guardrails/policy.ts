/** What is done about a rule, where: the standard, under what the system, the role and the edge say. Pure. */
import type {
  GuardrailAction,
  GuardrailActions,
  GuardrailPlace,
  Guardrails,
  RoleGuardrails,
} from "../contracts/guardrail.ts";

/** Where content passes: the place, and who is at the other end. */
export interface Passage {
  readonly place: GuardrailPlace;
  /** The role itself. */
  readonly role: string;
  /** Sender of an input, receiver of an output: a role, or `client`. */
  readonly party: string;
}

const FROM_CLIENT: GuardrailActions = {
  pii: "redact",
  secret: "redact",
  injection: "block",
  toxicity: "block",
  "toxicity.insult": "allow",
  markup: "block",
  control: "redact",
  length: "block",
  own: "block",
  classifier: "block",
};
const FROM_ROLE: GuardrailActions = { injection: "allow", own: "block", classifier: "block" };
const TO_CLIENT: GuardrailActions = {
  pii: "redact",
  secret: "redact",
  toxicity: "block",
  "toxicity.insult": "redact",
  markup: "redact",
  control: "redact",
  exfiltration: "redact",
  canary: "redact",
  own: "block",
};
const TO_ROLE: GuardrailActions = { secret: "redact", own: "block" };
const TO_TOOL: GuardrailActions = { pii: "redact", secret: "block", canary: "block", own: "block" };
const FROM_TOOL: GuardrailActions = {
  secret: "redact",
  injection: "redact",
  control: "redact",
  own: "block",
  classifier: "block",
};

/** What is done where nothing else is said. What is not named is off. */
// oxlint-disable-next-line typescript/consistent-return -- every case returns, and the compiler knows it
export function standard({ place, party }: Pick<Passage, "place" | "party">): GuardrailActions {
  switch (place) {
    case "input":
      return party === "client" ? FROM_CLIENT : FROM_ROLE;
    case "output":
      return party === "client" ? TO_CLIENT : TO_ROLE;
    case "toolArguments":
      return TO_TOOL;
    case "toolResults":
      return FROM_TOOL;
  }
}

/** The action for every rule in a passage. */
export function actionsIn(
  passage: Passage,
  system: Guardrails,
  role: RoleGuardrails | undefined,
): (rule: string) => GuardrailAction {
  const { place } = passage;
  const layers = [edgeOf(passage, system), role?.[place], system[place], keptBack(passage, system), standard(passage)];
  return (rule) => {
    const group = rule.split(".", 1)[0] ?? rule;
    for (const layer of layers) {
      const action = layer?.[rule] ?? layer?.[group];
      if (action !== undefined) return action;
    }
    return "off";
  };
}

/** A role that was given values back hands none of that kind on, unless somebody says so. */
function keptBack({ place, role }: Passage, { reversible }: Guardrails): GuardrailActions | undefined {
  if (place !== "output" || reversible?.roles.includes(role) !== true) return undefined;
  return Object.fromEntries(reversible.rules.map((rule) => [rule, "redact"] as const));
}

/** Whether a rule is one of these, or of these groups. */
export const isOf = (rule: string, names: readonly string[]): boolean =>
  names.includes(rule) || names.includes(rule.split(".", 1)[0] ?? rule);

function edgeOf({ place, role, party }: Passage, { edges = [] }: Guardrails): GuardrailActions | undefined {
  if (place !== "input" && place !== "output") return undefined;
  const [from, to] = place === "input" ? [party, role] : [role, party];
  return edges
    .filter((edge) => edge.from === from && edge.to === to)
    .reduce<GuardrailActions | undefined>((all, edge) => ({ ...all, ...edge[place] }), undefined);
}
