/** Guardrails on a JSON value: every text in it, names of fields and long numbers included. Pure. */
import type { Json } from "../actor/outcome.ts";
import { textLength } from "./detectors/text-length.ts";
import { textOfBytes } from "./encoded-text.ts";
import { type Screen, screened, type TakeOut, withoutCuts } from "./screen-text.ts";
import { type Firing, merged, type Verdict, verdictOf } from "./verdict.ts";

/** A number with fewer digits is nobody's. */
const SHORTEST_NUMBER = 9;
/** Deeper values are not passed on: no JSON of the log is as deep. */
const MAX_DEPTH = 512;

/**
 * The verdict on a value. The value itself comes back where nothing is taken out. `takeOut` keeps what is taken out of texts; what names of
 * fields and numbers lose is lost.
 */
export function screenJson<T extends Json>(value: T, screen: Screen, takeOut?: TakeOut): Verdict<T> {
  const firings: Firing[] = [];
  const length = { left: screen.scene.maxLength };
  const walked = walk(value, "", { screen, takeOut, firings, length, clean: new Set() }, 0);
  const all = merged(firings);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON of the same form, with other texts in it
  return { verdict: verdictOf(all), value: walked as T, firings: all };
}

interface Walk {
  readonly screen: Screen;
  readonly takeOut?: TakeOut | undefined;
  readonly firings: Firing[];
  /** Characters that the whole value may still have. */
  readonly length: { left: number };
  /** Short texts in which nothing was found, with the names of their fields: rows of a list repeat them. */
  readonly clean: Set<string>;
}

/** Longer texts are hardly the same. */
const LONGEST_KEPT = 64;
const MOST_KEPT = 4_096;

function walk(value: Json, field: string, at: Walk, depth: number): Json {
  if (typeof value === "string") return walkText(value, field, at, at.takeOut);
  if (typeof value === "number") return walkNumber(value, field, at);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  return isList(value) ? walkList(value, field, at, depth) : walkObject(value, field, at, depth);
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

function walkList(list: readonly Json[], field: string, at: Walk, depth: number): Json {
  let changed: Json[] | undefined;
  for (const [index, entry] of list.entries()) {
    const walked = walk(entry, field, at, depth + 1);
    if (walked !== entry) (changed ??= [...list])[index] = walked;
  }
  return changed ?? list;
}

function walkObject(object: { readonly [name: string]: Json }, field: string, at: Walk, depth: number): Json {
  let hasChanged = false;
  const entries = Object.entries(object).map(([name, entry]): [string, Json] => {
    const walkedName = walkText(name, "", at);
    const isFile = field === "parts" && name === "raw" && typeof entry === "string" && BASE64.test(entry);
    const walked = isFile ? walkFile(entry, at) : walk(entry, name, at, depth + 1);
    hasChanged ||= walked !== entry || walkedName !== name;
    return [walkedName, walked];
  });
  return hasChanged ? Object.fromEntries(distinct(entries)) : object;
}

/** Two fields whose names became the same keep both values. */
function distinct(entries: readonly [string, Json][]): readonly [string, Json][] {
  const seen = new Map<string, number>();
  return entries.map(([name, value]) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return [count === 1 ? name : `${name}#${count}`, value];
  });
}

/** The name of its field stands before a text as a person would read it: `password: …`. */
function walkText(text: string, field: string, at: Walk, takeOut?: TakeOut): string {
  if (text === "") return text;
  const front = field === "" || field.length > 64 ? "" : `${field.replaceAll("_", " ")}: `;
  const isWithin = text.length <= at.length.left;
  if (isWithin && at.clean.has(front + text)) {
    at.length.left -= text.length;
    return text;
  }
  const { scene, rules } = at.screen;
  const screen = { rules, scene: { ...scene, maxLength: at.length.left + front.length } };
  at.length.left = Math.max(0, at.length.left - text.length);
  const { cuts, firings } = screened(front + text, screen, front.length, takeOut);
  at.firings.push(...firings);
  if (isWithin && firings.length === 0 && text.length <= LONGEST_KEPT && at.clean.size < MOST_KEPT) {
    at.clean.add(front + text);
  }
  return cuts.length === 0 ? text : withoutCuts(front + text, cuts, front.length);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * A file in a part of a message or an artifact: text in it is looked at as text, and what that loses is lost. Any other bytes say nothing that
 * can be read, and stay as they are; only that they are too long is found.
 */
function walkFile(base64: string, at: Walk): string {
  const text = textOfBytes(Buffer.from(base64, "base64"));
  if (text === undefined) {
    const rules = at.screen.rules.filter(({ detector }) => detector === textLength);
    return walkText(base64, "", { ...at, screen: { ...at.screen, rules }, clean: new Set() });
  }
  const walked = walkText(text, "", at);
  return walked === text ? base64 : Buffer.from(walked).toString("base64");
}

function walkNumber(value: number, field: string, at: Walk): Json {
  const text = String(value);
  if (text.length < SHORTEST_NUMBER || !/^\d+$/.test(text)) return value;
  const walked = walkText(text, field, at);
  return walked === text ? value : walked;
}
