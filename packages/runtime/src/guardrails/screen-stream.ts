/**
 * Guardrails on text that comes in pieces: nothing leaves before it is certain that no piece to come makes a finding of it. However a text
 * is cut into pieces, what leaves is what leaves of the whole. Pure but for what it holds back.
 */
import { cuttingPlace, remembered } from "./cutting-places.ts";
import { isLetterOrDigit } from "./letter.ts";
import { type Screen, screened, withoutCuts } from "./screen-text.ts";
import { terminalSequences } from "./terminal-sequences.ts";
import { type Firing, merged, verdictOf } from "./verdict.ts";

/** Longer than anything that is found in running text, in characters that are seen. */
const HELD = 320;
/** What has left is kept for the words before a number. */
const CONTEXT = 160;
/** Words without a space, and keys in lines, are held back as a whole up to here; a longer one is blocked out. */
const LONGEST_HELD = 16_384;
/** Pieces may be letters: a text is looked at again only when so much has come, or this share of what is held, so that no text takes more than its due. */
const STRIDE = 96;
const STRIDE_SHARE = 1 / 8;

export class ScreenStream {
  readonly #screen: Screen;
  /** What has left, for context, and behind it what is held. */
  #text = "";
  #left = 0;
  #unseen = 0;
  #isBlocked = false;
  #firings: readonly Firing[] = [];

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Whether something was found that lets nothing through: nothing leaves any more. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** What has fired in what has left, or was blocked. */
  get firings(): readonly Firing[] {
    return this.#firings;
  }

  /** Takes a piece; returns what may be shown by now. */
  push(piece: string): string {
    if (this.#isBlocked) return "";
    this.#text += piece;
    this.#unseen += piece.length;
    const held = this.#text.length - this.#left;
    if (held <= HELD || this.#unseen < Math.max(STRIDE, held * STRIDE_SHARE)) return "";
    this.#unseen = 0;
    return this.#release(this.#safeEnd());
  }

  /** The text is over: returns the rest of it. What comes after is a text of its own. */
  end(): string {
    if (this.#isBlocked) return "";
    const rest = this.#release(this.#text.length);
    this.#text = "";
    this.#left = 0;
    this.#unseen = 0;
    return rest;
  }

  /** How far the text is certain: not into the last characters, not into a word, a line of a key or a frame that goes on. */
  #safeEnd(): number {
    const text = withoutSequences(this.#text);
    let end = text.length;
    for (let seen = 0; end > this.#left && seen < HELD; end--) if (counts(text, end - 1)) seen++;
    while (end > this.#left && !/\s/.test(text[end - 1] ?? "")) end--;
    const key = text.lastIndexOf("-----BEGIN");
    if (key >= this.#left && key < end && !text.slice(key, end).includes("-----END")) end = key;
    const held = text.length - end > LONGEST_HELD ? text.length - HELD : end;
    return held <= this.#left ? held : cuttingPlace(text, this.#left, held);
  }

  #release(safe: number): string {
    if (safe <= this.#left) return "";
    const { cuts, firings } = screened(this.#text, this.#screen, this.#left);
    if (verdictOf(firings) === "block") {
      this.#isBlocked = true;
      this.#firings = merged([...this.#firings, ...firings]);
      return "";
    }
    // What reaches over the certain end is decided with more text.
    const crossing = cuts.find(({ start, end }) => start < safe && end > safe);
    const end = crossing === undefined ? safe : crossing.start;
    const out = withoutCuts(
      this.#text.slice(0, end),
      cuts.filter((cut) => cut.end <= end),
      this.#left,
    );
    if (end === this.#text.length || cuts.some((cut) => cut.end <= end)) {
      this.#firings = merged([...this.#firings, ...firings]);
    }
    const kept = Math.max(0, end - CONTEXT);
    const known = remembered(this.#text.slice(0, end));
    this.#text = known + this.#text.slice(kept);
    this.#left = known.length + end - kept;
    return out;
  }
}

/** The same text with unseen characters for what steers a terminal. */
function withoutSequences(text: string): string {
  let plain = "";
  let at = 0;
  for (const { start, end } of terminalSequences(text)) {
    plain += text.slice(at, start) + "\u200b".repeat(end - start);
    at = end;
  }
  return plain + text.slice(at);
}

/** Whatever stands between words may be drawn out; only the beginning of it holds something back. */
const counts = (text: string, at: number): boolean =>
  isSeen(text.charCodeAt(at)) && (isWord(text, at) || isWord(text, at - 1) || isWord(text, at - 2));

const isWord = (text: string, at: number): boolean => at >= 0 && isLetterOrDigit(text, at);

/** Controls, zero width and tags may be strewn between letters; they hold nothing back. */
const isSeen = (code: number): boolean =>
  !(
    code < 0x09 ||
    (code > 0x0d && code < 0x20) ||
    (code >= 0x7f && code < 0xa0) ||
    code === 0xad ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff ||
    code === 0xdb40 ||
    (code >= 0xdc00 && code <= 0xdfff)
  );
