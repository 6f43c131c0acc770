/**
 * One form for what looks the same: compatibility characters, marks on letters, invisible characters, dashes and spaces. Pure, linear, and
 * with the way back to the original, so that what is found can be taken out of it.
 */
import { latinOf } from "./confusables.ts";
import { fold, foldedUnit, isUnseen, MARK, OTHERWISE, UNSEEN } from "./folding.ts";
import { isInWord } from "./letter.ts";
import { terminalSequences } from "./terminal-sequences.ts";
import { textOf, unitsOf } from "./units.ts";
import { Edits, type Span, View } from "./view.ts";

/** What most texts are made of. */
const PLAIN = /^[\t-\r\u0020-\u007e]*$/;

/** The text without what only the eye or only the machine sees: NFKC, no marks, no unseen characters, plain dashes, dots and quotes. */
export const cleaned = (whole: View): View => plainReadings(whole)[0];

/**
 * The text cleaned, and, where unseen characters stood at a letter or digit without a space, once more with a space for them: inside of a word
 * they hide it, between two words they part them, and only who wrote them knows which. Where some stood between a letter and a digit, and some
 * did not, once more with spaces between letters and digits only: `on<unseen>10<unseen>.20.30.40`. What steers a terminal is not seen either:
 * a text that has some is read as it stands, and without it.
 */
export function plainReadings(whole: View): readonly [View, ...View[]] {
  const steered = whole.rewritten(terminalSequences(whole.text), () => UNSEEN_CHARACTER);
  return steered === whole ? readingsOf(whole) : [...readingsOf(whole), ...readingsOf(steered)];
}

/** Stands for a terminal's sequence. */
const UNSEEN_CHARACTER = "\u200b";

function readingsOf(whole: View): readonly [View, ...View[]] {
  const { text } = whole;
  if (PLAIN.test(text)) return [whole];
  const first = firstChanged(text);
  if (first === text.length) return [whole];
  const cleaning = new Cleaning(whole, []);
  const joined = cleaning.view(first);
  const { met } = cleaning;
  if (met.size === 0) return [joined];
  const ways: readonly (readonly Joint[])[] = met.size === 1 ? [[...met]] : [[...met], ["letter and digit"]];
  return [joined, ...ways.map((parted) => new Cleaning(whole, parted).view(first))];
}

/** Where unseen characters may part words. */
type Joint = "letter and digit" | "elsewhere";

/** The first unit that does not stay as it is. */
function firstChanged(text: string): number {
  let at = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const unit = foldedUnit(code);
    if (unit === code) continue;
    const character = String.fromCodePoint(text.codePointAt(at) ?? code);
    if (unit !== OTHERWISE || fold(character) !== character) break;
    at += character.length - 1;
  }
  return at;
}

/** One way through a text. */
class Cleaning {
  /** Where unseen characters may have parted words. */
  readonly met = new Set<Joint>();
  readonly #whole: View;
  /** Where a space is written for them. */
  readonly #parted: readonly Joint[];
  readonly #edits = new Edits();
  #units: Uint16Array;
  #length = 0;
  /** The unseen characters before the unit that is written next. */
  #unseen: Span | undefined;

  constructor(whole: View, parted: readonly Joint[]) {
    this.#whole = whole;
    this.#parted = parted;
    this.#units = unitsOf(whole.text);
  }

  /** The cleaned text. What comes before `first` stays. */
  view(first: number): View {
    const { text } = this.#whole;
    this.#length = first;
    for (let at = first; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const unit = foldedUnit(code);
      if (unit === OTHERWISE) at = this.#character(at) - 1;
      else if (unit === MARK || unit === UNSEEN) this.#leaveOut(at, at + 1, unit === UNSEEN);
      else {
        if (this.#unseen !== undefined) this.#meet(unit);
        this.#units[this.#length++] = unit;
      }
    }
    return new View(textOf(this.#units, this.#length), this.#whole, this.#edits.isEmpty ? undefined : this.#edits);
  }

  /** Writes what has no single unit of its own, and says where it ends. */
  #character(at: number): number {
    const { text } = this.#whole;
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const folded = fold(character);
    const end = at + character.length;
    if (folded === "") this.#leaveOut(at, end, isUnseen(character));
    else {
      this.#meet(folded.charCodeAt(0));
      if (folded.length !== 1 || character.length !== 1) this.#edits.add(this.#length, folded.length, at, end);
      this.#units = withRoom(this.#units, this.#length + folded.length + text.length - end);
      for (let index = 0; index < folded.length; index++) this.#units[this.#length++] = folded.charCodeAt(index);
    }
    return end;
  }

  #leaveOut(start: number, end: number, wasUnseen: boolean): void {
    this.#edits.add(this.#length, 0, start, end);
    if (wasUnseen) this.#unseen = { start, end };
  }

  /** What comes next stands beside what was written last, or apart from it. */
  #meet(unit: number): void {
    const unseen = this.#unseen;
    this.#unseen = undefined;
    const before = this.#units[this.#length - 1];
    const joint = unseen === undefined || before === undefined ? undefined : jointOf(before, unit);
    if (unseen === undefined || joint === undefined) return;
    this.met.add(joint);
    if (!this.#parted.includes(joint)) return;
    this.#edits.add(this.#length, 1, unseen.start, unseen.end);
    this.#units[this.#length++] = SPACE;
  }
}

const SPACE = 0x20;

/** What two units have between them that were apart; nothing where it does not matter: neither belongs to a word, or one is a space. */
function jointOf(before: number, behind: number): Joint | undefined {
  if (before <= SPACE || behind <= SPACE || !(isInWord(before) || isInWord(behind))) return undefined;
  return isInWord(before) && isInWord(behind) && isDigit(before) !== isDigit(behind) ? "letter and digit" : "elsewhere";
}

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;

/** One character may become eighteen. */
function withRoom(units: Uint16Array, length: number): Uint16Array {
  if (length <= units.length) return units;
  const more = new Uint16Array(2 * length);
  more.set(units);
  return more;
}

/** Lower case, unit by unit, so that no offset moves. */
export function lowered(view: View): View {
  const lower = view.text.toLowerCase();
  if (lower === view.text) return view;
  if (lower.length !== view.text.length) return view.replaced(/\p{Lu}/gu, (letter) => letter.toLowerCase());
  return view.withText(lower);
}

/** A text as the rules for orders read it first. */
export const foldedText = (text: string): string => lowered(cleaned(new View(text))).text;

/** Letters of other scripts as the Latin ones that they look like; the same view where there are none. */
export function latinised(view: View): View {
  const latin = latinOf(view.text);
  return latin === view.text ? view : view.withText(latin);
}
