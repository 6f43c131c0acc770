/** Ways to run a scenario: one seed, a given list of choices, or every schedule near the benign one. */
import { seededRandom } from "../random.ts";
import type { Scenario } from "./sim-scenario.ts";
import type { SimMode } from "./sim-store.ts";
import { type Mutant, SimWorld } from "./sim-world.ts";

export interface SimResult {
  readonly violation: string | undefined;
  readonly steps: number;
  /** The run, again by {@link replayChoices}. */
  readonly choices: readonly number[];
  readonly world: SimWorld;
}

const FAULT_RATES = [0.02, 0.06, 0.15];
const ORDERLY = [0.6, 0.3, 0, 0];

/** One random schedule; the same for the same seed. */
export async function runSeed(
  scenario: Scenario,
  mode: SimMode,
  seed: number,
  mutant?: Mutant,
  isTraced = false,
): Promise<SimResult> {
  const random = seededRandom(seed);
  const faultRate = FAULT_RATES[seed % 3] ?? 0;
  const orderly = ORDERLY[seed % 4] ?? 0;
  const choices: number[] = [];
  const pick = (count: number) => Math.floor(random.unit() * count);
  const choose = (count: number, benign?: number): number => {
    let choice: number;
    if (benign === undefined) choice = pick(count);
    else if (count > benign && random.unit() < faultRate) choice = benign + pick(count - benign);
    else choice = random.unit() < orderly ? 0 : pick(benign);
    choices.push(choice);
    return choice;
  };
  const options = {
    mode,
    choose,
    faults: 1 + (seed % 7),
    executorsPerMessage: 2 + ((seed >> 3) % 3),
    mutant,
    isTraced,
  };
  const world = new SimWorld(scenario, options);
  const violation = await world.run();
  return { violation, steps: world.steps, choices, world };
}

/** The schedule of a list of choices; after its end the oldest benign event each time. */
export async function replayChoices(
  scenario: Scenario,
  mode: SimMode,
  choices: readonly number[],
  { mutant, isTraced = false }: { mutant?: Mutant | undefined; isTraced?: boolean } = {},
): Promise<SimResult> {
  let at = 0;
  const choose = (count: number): number => (choices[at++] ?? 0) % count;
  const world = new SimWorld(scenario, { mode, choose, faults: 99, executorsPerMessage: 3, mutant, isTraced });
  const violation = await world.run();
  return { violation, steps: world.steps, choices, world };
}

/** One stage of a forced schedule: benign events in their order, without those held back, until one comes that is to be taken. */
export interface Stage {
  readonly take: RegExp;
  readonly hold?: RegExp;
}

/** Forces a schedule through its stages, then lets everything end in order. Throws when a stage does not come. */
export async function runForced(
  scenario: Scenario,
  mode: SimMode,
  stages: readonly Stage[],
  options: { readonly mutant?: Mutant | undefined; readonly isTraced?: boolean } = {},
): Promise<SimResult> {
  let at = 0;
  const choices: number[] = [];
  const decide = (benign: number, labels: readonly string[]): number => {
    const stage = stages[at];
    if (stage === undefined) return 0;
    const wanted = labels.findIndex((label) => stage.take.test(label));
    if (wanted >= 0) {
      at++;
      return wanted;
    }
    const next = labels.slice(0, benign).findIndex((label) => stage.hold?.test(label) !== true);
    if (next < 0) throw new RangeError(`stage ${at} (${String(stage.take)}) never came; there is ${labels.join("; ")}`);
    return next;
  };
  const choose = (_: number, benign?: number, labels?: () => readonly string[]): number => {
    const choice = benign === undefined || labels === undefined ? 0 : decide(benign, labels());
    choices.push(choice);
    return choice;
  };
  const world = new SimWorld(scenario, { mode, choose, faults: 99, executorsPerMessage: 4, ...options });
  const violation = await world.run();
  if (at < stages.length && violation === undefined)
    throw new RangeError(`stage ${at} (${String(stages[at]?.take)}) never came`);
  return { violation, steps: world.steps, choices, world };
}

/** Every schedule that deviates from the benign one at exactly one place. Returns the first violation, and how many ran. */
export async function runDeviations(scenario: Scenario, mode: SimMode, mutant?: Mutant) {
  const widths: number[] = [];
  const benign = new SimWorld(scenario, {
    mode,
    faults: 99,
    executorsPerMessage: 3,
    mutant,
    choose: (count) => {
      widths.push(count);
      return 0;
    },
  });
  let violation = await benign.run();
  let runs = 1;
  for (let position = 0; position < widths.length && violation === undefined; position++) {
    for (let choice = 1; choice < (widths[position] ?? 0) && violation === undefined; choice++) {
      const choices = [...Array.from({ length: position }, () => 0), choice];
      ({ violation } = await replayChoices(scenario, mode, choices, { mutant }));
      runs++;
      if (violation !== undefined) violation += ` after ${choice} at ${position}`;
    }
  }
  return { violation, runs };
}
