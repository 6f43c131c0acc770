/** What the roles of the patterns say: critic, judge, chair, voters. */
import type { Scene } from "./scene.ts";
import type { Script } from "./script.ts";

const spoken = (scene: Scene, role: string): number => scene.turns.filter((turn) => turn.role === role).length;

/** Wants one improvement, then accepts. */
const critic: Script = (scene) => {
  const isSecondLook = spoken(scene, "critic") > 0;
  const feedback = isSecondLook
    ? "The draft now names its limits; nothing is left to correct."
    : "The draft is sound, but it does not say where it stops being true. Name one limit.";
  return { content: feedback, next: ["client"], reason: feedback, values: { accepted: isSecondLook, feedback } };
};

const writer: Script = (scene) => {
  const feedback = spoken(scene, "critic");
  const before = scene.turns.filter(({ role }) => role !== "writer" && role !== "critic").map(({ role }) => role);
  const lines = [
    `${feedback > 0 ? "Second draft" : "Text"} on: ${scene.task}`,
    "",
    "It works because each part can be checked alone.",
    ...(feedback > 0 ? ["It stops being true where two parts share what they hold."] : []),
    ...(before.length > 0 ? [`It rests on what ${[...new Set(before)].join(", ")} said.`] : []),
  ];
  return { content: lines.join("\n"), next: ["client"], reason: "The text is written." };
};

const executor: Script = ({ task, note }) => ({
  content: note === "" ? `Done: ${task}` : `Done. ${note}`,
  next: ["client"],
  reason: "The step is done.",
});

const voter = (favourite: string): Script => {
  const reason = `Seen from my side, ${favourite} is the better choice.`;
  return () => ({
    content: favourite,
    next: [],
    reason,
    values: { choice: favourite },
    choose: (choices) => (choices.includes(favourite) ? favourite : undefined),
  });
};

const debater = (side: string): Script => {
  return ({ task, note, turns }) => ({
    content: `${note === "" ? "" : `${note}. `}I speak ${side} "${task}".${turns.length > 0 ? " I have heard the other side and stand by it." : ""}`,
    next: ["client"],
    reason: "My argument is made.",
  });
};

const judge: Script = ({ task, turns }) => ({
  content: `Judgement on "${task}" after ${turns.length} arguments: go ahead, in small steps, and measure each of them.`,
  next: ["client"],
  reason: "Both sides were heard.",
});

/** Lets everybody speak once, then ends: the last choice. */
const chair: Script = (scene) => ({
  content: "",
  next: [],
  reason: scene.turns.length === 0 ? "Somebody has to begin." : "Who has not spoken yet comes next.",
  choose: (choices) => choices.map(String).find((choice) => spoken(scene, choice) === 0),
});

const billing: Script = ({ task }) => ({
  content: `The invoice that "${task}" speaks of has been checked; the amount is right.`,
  next: ["client"],
  reason: "The question about the invoice is answered.",
});

const reception: Script = ({ task }) => ({
  content: /invoice|bill|payment|price/i.test(task) ? "This is a question about an invoice." : `Hello. ${task}: noted.`,
  next: /invoice|bill|payment|price/i.test(task) ? ["billing", "client"] : ["client"],
  reason: "Whoever knows best should answer.",
});

export const PATTERN_SCRIPTS: readonly (readonly [string, Script])[] = [
  ["critic", critic],
  ["writer", writer],
  ["executor", executor],
  ["security", voter("rewrite")],
  ["operations", voter("keep")],
  ["product", voter("rewrite")],
  ["advocate", debater("for")],
  ["sceptic", debater("against")],
  ["judge", judge],
  ["chair", chair],
  ["billing", billing],
  ["reception", reception],
];
