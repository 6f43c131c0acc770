/** The guardrails of one role: a screen for each passage, built when it is first used. */
import type { Classifier, GuardrailAction, Guardrails, RoleGuardrails } from "../contracts/guardrail.ts";
import { CLASSIFIED, type ClassifierActions, type Classify } from "./classifier.ts";
import type { Detector } from "./detector.ts";
import { hiddenTexts } from "./detectors/hidden-text.ts";
import { cleaned, latinised, lowered } from "./normalise.ts";
import { type FindOwn, ownDetectors } from "./own-rules.ts";
import { actionsIn, isOf, type Passage } from "./policy.ts";
import { BUILT_IN } from "./rules.ts";
import type { Screen } from "./screen-text.ts";
import { View } from "./view.ts";

/** Characters of a client's input, where the system says nothing (R-GOV-1). */
export const MAX_INPUT_LENGTH = 10_000;

/** What the guardrails of a role are made of. */
export interface GuardOptions {
  readonly role: string;
  /** Whom the role may answer or hand on to. */
  readonly targets: ReadonlySet<string>;
  readonly system: Guardrails;
  /** The role's own, over those of the system. */
  readonly own?: RoleGuardrails | undefined;
  /** Texts whose words must not leave: its instructions. */
  readonly hidden?: readonly string[] | undefined;
  /** Functions of the system's module, by the name of their rule. */
  readonly functions?: ReadonlyMap<string, FindOwn> | undefined;
  /** Asks the model of the second stage, where the system declares one. */
  readonly classify?: Classify | undefined;
}

/** The second stage: what the system says of it, and how it is asked. */
interface SecondStage {
  readonly settings: Classifier;
  readonly classify: Classify;
}

export class Guard {
  readonly onBlock: "fail" | "escalate";
  /** Absent = the rules decide alone. */
  readonly classifier: SecondStage | undefined;
  readonly #options: GuardOptions;
  readonly #detectors: readonly Detector[];
  readonly #hidden: ReturnType<typeof hiddenTexts>;
  readonly #screens = new Map<string, Screen>();

  constructor(options: GuardOptions) {
    const { system, hidden = [], functions = new Map(), classify } = options;
    const { classifier: settings } = system;
    this.#options = options;
    this.classifier = settings && classify && { settings, classify };
    this.onBlock = system.onBlock ?? "fail";
    this.#detectors = [...BUILT_IN, ...ownDetectors(system.rules ?? [], functions)];
    this.#hidden = hiddenTexts(hidden.map(folded), (system.canaries ?? []).map(folded));
  }

  /** Whether what is taken out of messages may be given back to somebody. */
  get isReversible(): boolean {
    return this.#options.system.reversible !== undefined;
  }

  /** Whether the role gets back what was taken out of its messages. */
  get isGivenBack(): boolean {
    return this.#options.system.reversible?.roles.includes(this.#options.role) === true;
  }

  /** What comes from a role or `client`. */
  input(from: string): Screen {
    return this.#screen("input", from);
  }

  /** What goes to a role or `client`. */
  output(to: string): Screen {
    return this.#screen("output", to);
  }

  /** A model's answer before it is known to whom it goes: what goes to the client, where nobody else can get it. */
  get answer(): Screen {
    const { targets } = this.#options;
    return this.output(targets.size === 1 && targets.has("client") ? "client" : "");
  }

  get toolArguments(): Screen {
    return this.#screen("toolArguments", "");
  }

  get toolResults(): Screen {
    return this.#screen("toolResults", "");
  }

  #screen(place: Passage["place"], party: string): Screen {
    const key = `${place} ${party}`;
    const known = this.#screens.get(key);
    if (known !== undefined) return known;
    const { role, system, own } = this.#options;
    const actionOf = actionsIn({ place, role, party }, system, own);
    const isReversible = (rule: string) => place === "input" && isOf(rule, system.reversible?.rules ?? []);
    const rules = this.#detectors.flatMap((detector) => {
      const action = actionOf(detector.rule);
      return action === "off" ? [] : [{ detector, action, isReversible: isReversible(detector.rule) }];
    });
    const { maxLength = MAX_INPUT_LENGTH, hosts = [] } = system;
    const scene = { hosts, maxLength, hidden: this.#hidden };
    const classified = this.classifier && classifierActions(actionOf);
    const screen: Screen = { rules, scene, classified };
    this.#screens.set(key, screen);
    return screen;
  }
}

/** Nothing where all are off, so that no number of a step is taken there. */
function classifierActions(actionOf: (rule: string) => GuardrailAction): ClassifierActions | undefined {
  const actions = { injection: actionOf("classifier.injection"), toxicity: actionOf("classifier.toxicity") };
  return CLASSIFIED.some((category) => actions[category] !== "off") ? actions : undefined;
}

const folded = (text: string): string => latinised(lowered(cleaned(new View(text)))).text;
