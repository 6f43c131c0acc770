/** How complex a prompt is: decides which tier of models answers it. Pure, so that a replay decides the same. */
import type { ModelTier } from "@troupe/runtime";

interface Trait {
  readonly weight: number;
  readonly pattern: RegExp;
}

/** What makes a prompt harder, by the words that give it away. In thousandths: sums of tenths in binary miss the limits of the tiers. */
const TRAITS: readonly Trait[] = [
  // code
  {
    weight: 300,
    pattern:
      /```|\b(?:code|coding|function|class|program|script|refactor|implement|debug|compile[rs]?|python|javascript|typescript|rust|java|sql|regex|unit tests?|stack ?trace)\b/i,
  },
  // analysis
  {
    weight: 200,
    pattern: /\b(?:analy[sz]e|analysis|compare|comparison|evaluate|assess|trade-?offs?|root cause|investigate|why)\b/i,
  },
  // maths
  {
    weight: 200,
    pattern:
      /\b(?:calculate|compute|equations?|integrals?|derivatives?|prove|proof|theorem|probabilit(?:y|ies)|statistics|matri(?:x|ces)|algebra|maths?)\b|\d\s*[-+*/^]\s*\d+\s*[=+*/^]/i,
  },
  // creative
  { weight: 100, pattern: /\b(?:stor(?:y|ies)|poems?|creative|slogans?|imagine|brainstorm|lyrics|novel)\b/i },
  // many steps
  {
    weight: 300,
    pattern:
      /\b(?:step[- ]by[- ]step|multi-?step|first\b[\s\S]{0,500}?\bthen|finally|after that|workflow|roadmap|plan)\b|^[ \t]*2[.)]\s/im,
  },
  // technical
  {
    weight: 200,
    pattern:
      /\b(?:architecture|algorithms?|databases?|protocols?|distributed|concurren(?:t|cy)|encryption|kubernetes|latency|scalab(?:le|ility)|networks?|servers?|api)\b/i,
  },
];
const LENGTHS = [500, 1_000] as const;
const LENGTH_WEIGHT = 100;
/** Traits are looked for at the beginning and at the end of a longer prompt. Characters. */
const MAX_READ = 20_000;

/** From 0 to 1: the traits that the prompt shows, and one tenth each for more than 500 and more than 1,000 characters. */
export function complexityOf(prompt: string): number {
  const text = prompt.length <= 2 * MAX_READ ? prompt : `${prompt.slice(0, MAX_READ)}\n${prompt.slice(-MAX_READ)}`;
  const traits = TRAITS.reduce((sum, { weight, pattern }) => sum + (pattern.test(text) ? weight : 0), 0);
  const lengths = LENGTHS.filter((length) => prompt.length > length).length * LENGTH_WEIGHT;
  return Math.min(1_000, traits + lengths) / 1_000;
}

/** The tier of a score. */
export function tierOf(complexity: number): ModelTier {
  if (complexity <= 0.3) return "simple";
  return complexity <= 0.7 ? "standard" : "advanced";
}
