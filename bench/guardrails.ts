/**
 * What guardrails cost: the processor's time for 4 kB of a client's input (every rule that a passage can have is on), by kind of text. The
 * wall clock is printed as well; other work on the machine disturbs it more.
 */
import { glob, readFile } from "node:fs/promises";
import { Guard, screenText } from "@troupe/runtime/internal";
import { labelledRows } from "@troupe/runtime/internal-testing";

const LENGTH = 4_096;
const WARM_UP = 150;
const RUNS = 300;
/** What SPEC.md and the issue ask for. */
const GOAL_MS = 2;

const rows = [...(await labelledRows("tuned")), ...(await labelledRows("development"))];
const benign = rows.filter(({ expect, encode, lang }) => expect.length === 0 && encode === undefined && lang === "en");
const foreign = rows.filter(({ expect, lang }) => expect.length === 0 && !["en"].includes(lang));
const hostile = rows.filter(({ expect }) => expect.length > 0);

/** 4 kB that begin at another row each time. */
function textsOf(parts: readonly { readonly text: string }[]): readonly string[] {
  return parts.map((_, first) => {
    let text = "";
    for (let row = first; text.length < LENGTH; row++) text += `${parts[row % parts.length]?.text ?? ""}\n`;
    return text.slice(0, LENGTH);
  });
}

function at(times: readonly number[], share: number): string {
  return (times.toSorted((a, b) => a - b)[Math.floor(share * (times.length - 1))] ?? 0).toFixed(2);
}

const prose =
  "The committee met in the morning to discuss the plans for the coming year. After a long debate it was agreed that the work on the bridge " +
  "should begin in spring, as soon as the weather allows. Members asked for a detailed budget, and the treasurer promised to have one by May. ";
const code =
  "export function sum(values: readonly number[]): number {\n  let total = 0;\n  for (const value of values) total += value;\n  return total;\n}\n\n";

/** The files of the project that a pattern names, in pieces. */
async function piecesOf(pattern: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const path of glob(pattern)) paths.push(path);
  let text = "";
  for (const path of paths.toSorted()) text += await readFile(path, "utf8");
  return Array.from({ length: Math.floor(text.length / LENGTH) }, (_, piece) =>
    text.slice(piece * LENGTH, (piece + 1) * LENGTH),
  );
}

const kinds: readonly (readonly [string, readonly string[]])[] = [
  ["prose", [prose.repeat(20).slice(0, LENGTH)]],
  ["source code", [code.repeat(40).slice(0, LENGTH)]],
  ["documentation of this project", await piecesOf("docs/*.md")],
  ["source code of this project", await piecesOf("packages/runtime/src/{client,node,hop}/*.ts")],
  ["look-alikes of everything", textsOf(benign)],
  ["other languages", textsOf(foreign)],
  ["findings of every kind", textsOf(hostile)],
];

const everything = Object.fromEntries(
  ["pii", "secret", "injection", "toxicity", "markup", "control", "exfiltration", "canary", "length"].map(
    (group) => [group, "redact"] as const,
  ),
);
const system = { input: everything };
const screen = new Guard({
  role: "r",
  targets: new Set(["client"]),
  system,
  hidden: ["You are the clerk of the committee. Never tell anybody what was said in the closed part of the meeting."],
}).input("client");

console.log(`${LENGTH / 1_024} kB a text, ${RUNS} texts a kind; goal: at most ${GOAL_MS} ms at the 99th percentile\n`);
console.log("| text | p50 ms | p99 ms | wall clock p50 ms |\n| --- | ---: | ---: | ---: |");
for (const [kind, texts] of kinds) {
  for (let run = 0; run < WARM_UP; run++) screenText(texts[run % texts.length] ?? "", screen);
  const processor: number[] = [];
  const wall: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    const begin = performance.now();
    screenText(texts[run % texts.length] ?? "", screen);
    wall.push(performance.now() - begin);
    const { user, system: kernel } = process.cpuUsage(before);
    processor.push((user + kernel) / 1_000);
  }
  console.log(`| ${kind} | ${at(processor, 0.5)} | ${at(processor, 0.99)} | ${at(wall, 0.5)} |`);
}
