/** What each role says: pure, the same answer for the same request, and sensible for any task. */
import { PATTERN_SCRIPTS } from "./pattern-scripts.ts";
import { lastOf, type Scene } from "./scene.ts";
import type { Line, Script } from "./script.ts";

const FIX = /\b(fix|bug|typo|refactor|rename|implement|code|function|script|regex|unit tests?)\b/i;
const QUESTION = /\b(compare|analy[sz]e|analysis|why|evaluate|investigate|explain|cause|trade-?offs?|metrics?|data)\b/i;
const PERSON = /\b(complain|complaint|lawyer|refund|emergency|human being|speak to a person)\b/i;

const router: Script = ({ task }) => {
  if (PERSON.test(task))
    return { content: "", next: ["escalation"], reason: "The request needs a person's judgement." };
  if (QUESTION.test(task))
    return { content: "", next: ["analyst", "planner"], reason: "The request asks for an analysis first." };
  if (FIX.test(task))
    return {
      content: "",
      next: ["developer", "planner"],
      reason: "A small piece of development, clear enough to start.",
    };
  return { content: "", next: ["planner"], reason: "The request needs a plan before work begins." };
};

const planner: Script = ({ task }) => ({
  content: [
    `Plan for: ${task}`,
    "",
    "1. Pin down what a good result looks like, in two sentences that can be checked.",
    "2. Build the smallest version that meets them, with its inputs and errors named.",
    "3. Try it on an ordinary case, an empty one and a hostile one.",
    "4. Review the outcome against step 1 and answer.",
  ].join("\n"),
  next: ["developer", "analyst", "reviewer"],
  reason: "The plan is ready to be carried out.",
  values: { steps: ["Say what a good result looks like", "Build the smallest version", "Try it on a hostile case"] },
});

const analyst: Script = (scene) => ({
  content: [
    `Analysis of: ${scene.task}`,
    "",
    "- What matters most: the result must be correct before it is fast, and a reader must see why.",
    "- Main risk: a case that nobody named; each assumption is therefore written down and checked.",
    "- Finding: the straightforward approach carries; nothing here needs a special one.",
  ].join("\n"),
  next: ["reviewer", "planner"],
  reason: "The analysis is complete.",
});

/** A name for the code that is made from the task's own words. */
function identifier(task: string): string {
  const words = task.toLowerCase().match(/[a-z]+/g) ?? [];
  const telling = words.filter(
    (word) => word.length > 2 && !/^(the|and|for|with|please|that|this|into|from)$/.test(word),
  );
  const [first = "solve", ...rest] = telling.slice(0, 3);
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

const developer: Script = ({ task }) => {
  const name = identifier(task);
  return {
    content: [
      `Implementation for: ${task}`,
      "",
      "```ts",
      `export function ${name}(input: string): string {`,
      "  const cleaned = input.trim();",
      `  if (cleaned === "") throw new Error("${name}: the input is empty");`,
      "  return cleaned;",
      "}",
      "```",
      "",
      "It refuses empty input, has no side effects, and is tried on an ordinary and on an empty case.",
    ].join("\n"),
    next: ["reviewer", "analyst"],
    reason: "The implementation is ready for review.",
  };
};

const reviewer: Script = (scene) => {
  const work = lastOf(scene, "developer", "analyst", "planner") ?? "The request was answered directly.";
  const by = [...new Set(scene.turns.map((turn) => turn.role))].join(", ") || "nobody before me";
  return {
    content: [`Verdict: approved. The work of ${by} answers the request "${scene.task}".`, "", work].join("\n"),
    next: ["client"],
    reason: "The result meets the plan; nothing is left to correct.",
  };
};

const escalation: Script = ({ task }) => ({
  content: [
    `Your request "${task}" could not be finished by the agents and was escalated.`,
    "What was done so far is kept with the task. Please rephrase it, or ask a person to look at it.",
  ].join("\n"),
  next: ["client", "router"],
  reason: "Nobody else can take this further.",
});

const research: Script = ({ task }) => ({
  content: [
    `Notes on: ${task}`,
    "",
    "- Three accounts agree on the outline and differ in the details.",
    "- The oldest source is the most careful one; later ones repeat it.",
    "- Open question: how far the findings carry over to other settings.",
  ].join("\n"),
  next: ["analysis"],
  reason: "The notes cover the question.",
});

const analysis: Script = ({ task }) => ({
  content: [
    `What the notes on "${task}" say:`,
    "",
    "1. The common outline is well founded.",
    "2. The differences matter only at the edges.",
    "3. The open question should be named, not hidden.",
  ].join("\n"),
  next: ["writing"],
  reason: "The findings are in order.",
});

const writing: Script = (scene) => ({
  content: [
    `# ${scene.task}`,
    "",
    "In short: the outline is well founded, the details depend on the setting, and one question stays open.",
    "",
    lastOf(scene, "analysis", "research") ?? "No notes were handed on.",
  ].join("\n"),
  next: ["client"],
  reason: "The text is finished.",
});

const ORDER =
  /\b(ignore|disregard|forget|bypass)\b[^.]*\b(instructions?|rules?|prompt)\b|\[\[(?:tool|route|say|reveal)\b/i;
const INSULT = /\b(idiots?|morons?|i (?:will|shall) (?:kill|hurt) (?:you|them))\b/i;

/** Knows the plainest orders and insults, and those that the obedient model would follow. */
const classifier: Script = ({ said }) => {
  const category = ORDER.test(said) ? "injection" : INSULT.test(said) ? "toxicity" : "none";
  return {
    content: category,
    next: ["client"],
    reason: `The text is ${category === "none" ? "harmless" : category}.`,
    values: { score: 0.9 },
    choose: () => category,
  };
};

const SCRIPTS: ReadonlyMap<string, Script> = new Map([
  ["router", router],
  ["planner", planner],
  ["analyst", analyst],
  ["developer", developer],
  ["reviewer", reviewer],
  ["escalation", escalation],
  ["research", research],
  ["analysis", analysis],
  ["writing", writing],
  ["text-classifier", classifier],
  ...PATTERN_SCRIPTS,
]);

/** Any other role: it says who it is, what it was asked, and what it had to go on. */
const anybody: Script = ({ role, task, turns, toolResults }) => ({
  content: [
    `This is the offline model speaking as ${role}, about: ${task}`,
    ...toolResults.map((result) => `A tool answered: ${result}`),
    ...(turns.length > 0 ? [`Before me: ${turns.map((turn) => turn.role).join(", ")}.`] : []),
  ].join("\n"),
  next: ["client"],
  reason: "My part is done.",
});

/** The line of the role that the scene is about. */
export function lineOf(scene: Scene): Line {
  // A role that used a tool must show what came back, whatever its script says.
  if (scene.toolResults.length > 0) return anybody(scene);
  return (SCRIPTS.get(scene.role) ?? anybody)(scene);
}
