/**
 * What guardrails cost: the processor's time for 4 kB of a client's input (every rule that a passage can have is on), by kind of text; for
 * live text in pieces; and for a hop under the standard rules. The wall clock is printed as well; other work on the machine disturbs it more.
 */
import { glob, readFile } from "node:fs/promises";
import { Guard, ScreenStream, screenJson, screenText } from "@troupe/runtime/internal";
import { labelledRows } from "@troupe/runtime/internal-testing";
import { ENGLISH, LANGUAGES, SCRIPTS, TOOL_RESULTS } from "./guardrail-texts.ts";

const LENGTH = 4_096;
const RUNS = 300;
/** Texts after which a process is no longer young: its code is compiled, and the patterns that most texts need. */
const YOUNG = 200;
/** Characters of a token. */
const PIECE = 4;
/** What is asked for. */
const GOAL_MS = 2;

const rows = [...(await labelledRows("tuned")), ...(await labelledRows("development"))];
const benign = rows.filter(({ expect, encode, lang }) => expect.length === 0 && encode === undefined && lang === "en");
const foreign = rows.filter(({ expect, lang }) => expect.length === 0 && lang !== "en");
const hostile = rows.filter(({ expect }) => expect.length > 0);

/** 4 kB that begin at another row each time. */
function textsOf(parts: readonly string[]): readonly string[] {
  return parts.map((_, first) => {
    let text = "";
    for (let row = first; text.length < LENGTH; row++) text += `${parts[row % parts.length] ?? ""}\n`;
    return text.slice(0, LENGTH);
  });
}

function at(times: readonly number[], share: number): string {
  return (times.toSorted((a, b) => a - b)[Math.floor(share * (times.length - 1))] ?? 0).toFixed(2);
}

const textIn = ({ text }: { readonly text: string }): string => text;

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
  ["English prose", textsOf(ENGLISH)],
  ["documentation of this project", await piecesOf("docs/*.md")],
  ["source code of this project", await piecesOf("packages/runtime/src/{client,node,hop}/*.ts")],
  ["logs, tables, JSON, HTML of tools", Object.values(TOOL_RESULTS).flatMap((text) => textsOf([text]))],
  ...Object.entries(SCRIPTS).map(
    ([script, languages]) => [script, languages.flatMap((language) => textsOf(LANGUAGES[language] ?? []))] as const,
  ),
  ["look-alikes of everything, English", textsOf(benign.map(textIn))],
  ["look-alikes of everything, other languages", textsOf(foreign.map(textIn))],
  ["findings of every kind", textsOf(hostile.map(textIn))],
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

/** Milliseconds of one run after another: the processor's, threads that compile and collect among them, and the wall clock's. */
function timesOf(
  run: (number: number) => unknown,
  runs = RUNS,
  unmeasured = runs / 2,
): { readonly processor: number[]; readonly wall: number[] } {
  for (let number = 0; number < unmeasured; number++) run(number);
  const processor: number[] = [];
  const wall: number[] = [];
  for (let number = 0; number < runs; number++) {
    const before = process.cpuUsage();
    const begin = performance.now();
    run(number);
    wall.push(performance.now() - begin);
    const { user, system: kernel } = process.cpuUsage(before);
    processor.push((user + kernel) / 1_000);
  }
  return { processor, wall };
}

const look = (text: string | undefined): unknown => screenText(text ?? "", screen);
const quiet = kinds.slice(0, -3).map(([, texts]) => texts);

/** What a young process looks at: texts of one kind after the other. */
function lookWhileYoung(number: number): void {
  const texts = quiet[number % quiet.length] ?? [];
  look(texts[Math.floor(number / quiet.length) % texts.length]);
}
const [first = 0, ...next] = timesOf(lookWhileYoung, YOUNG, 0).processor;
for (const [, texts] of kinds) for (let number = 0; number < RUNS; number++) look(texts[number % texts.length]);

console.log(`${LENGTH / 1_024} kB a text, ${RUNS} texts a kind; goal: at most ${GOAL_MS} ms at the 99th percentile\n`);
console.log("| text | p50 ms | p99 ms | wall clock p50 ms | p99 ms |\n| --- | ---: | ---: | ---: | ---: |");
for (const [kind, texts] of kinds) {
  const { processor, wall } = timesOf((number) => look(texts[number % texts.length]));
  console.log(`| ${kind} | ${at(processor, 0.5)} | ${at(processor, 0.99)} | ${at(wall, 0.5)} | ${at(wall, 0.99)} |`);
}

console.log("\n| a process that begins | p50 ms | p90 ms |\n| --- | ---: | ---: |");
console.log(`| its first text | ${first.toFixed(0)} | |`);
console.log(`| the next ${next.length}, of the first nine kinds in turn | ${at(next, 0.5)} | ${at(next, 0.9)} |`);

const standard = new Guard({ role: "b", targets: new Set(["c", "client"]), system: {} });

/** A whole answer as a model streams it. */
function stream(text: string): void {
  const live = new ScreenStream(standard.output("client"));
  for (let from = 0; from < text.length; from += PIECE) live.push(text.slice(from, from + PIECE));
  live.end();
}

console.log(`\n| live text in pieces of ${PIECE} characters | p50 ms a 4 kB |\n| --- | ---: |`);
for (const parts of [1, 16]) {
  const text = (textsOf(ENGLISH)[0] ?? "").repeat(parts);
  const { processor } = timesOf(() => stream(text), RUNS / 15);
  console.log(
    `| ${4 * parts} kB | ${at(
      processor.map((time) => time / parts),
      0.5,
    )} |`,
  );
}

console.log("\n| a hop with 1 KiB of JSON, standard rules | p50 ms | p99 ms |\n| --- | ---: | ---: |");
const body = {
  id: "5c1f3b7e-91f0-4a55-8f0e",
  tags: ["bridge", "spring"],
  notes: (textsOf(ENGLISH)[0] ?? "").slice(0, 940),
};
for (const [from, to] of [
  ["a", "c"],
  ["client", "client"],
] as const) {
  const { processor } = timesOf(() => {
    screenJson(body, standard.input(from));
    screenJson(body, standard.output(to));
  });
  console.log(
    `| from ${from === "a" ? "a role to a role" : "the client to the client"} | ${at(processor, 0.5)} | ${at(processor, 0.99)} |`,
  );
}
