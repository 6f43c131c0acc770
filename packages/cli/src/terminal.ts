import { styleText } from "node:util";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "magenta" | "blue";
/** Colours a text, or returns it as it is where colour is not wanted. */
export type Paint = (style: Style, text: string) => string;

export interface Writable {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/**
 * Where a command writes: its product to stdout, and what is meant for people beside it. Models and clients wrote much of it: what would act
 * on a terminal is written as an escape.
 */
export interface Terminal {
  readonly isJson: boolean;
  readonly isInteractive: boolean;
  /** How wide the screen of a person who looks is; `undefined` elsewhere: lines are as long as they are. */
  readonly columns: number | undefined;
  readonly paint: Paint;
  /** One line of the command's product, always on stdout. */
  print(line: string): void;
  /** One line for people: on stdout, but on stderr when stdout carries JSON. */
  note(line: string): void;
  /** Text for people without a line end. */
  write(text: string): void;
  /** Empties the screen of a person who looks; does nothing elsewhere. */
  clear(): void;
  /** A line about something wrong, always on stderr. */
  complain(line: string): void;
}

export interface TerminalOptions {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly isJson: boolean;
  /** `undefined` = decide by the stream. */
  readonly wantsColour: boolean | undefined;
}

/** What moves the cursor, clears, retitles or turns the direction of text; the colours of {@link Paint} stay. */
const ACTING =
  // oxlint-disable-next-line no-control-regex -- these are what may not get through
  /\u001b(?!\[(?:1|22?|3[1-6]|39)m)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** The same text to read, and the same value where it is JSON. */
const calm = (text: string): string =>
  text
    .replaceAll("\r\n", "\n")
    .replace(ACTING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Home, and everything below it cleared. */
const CLEAR = "\u001b[H\u001b[J";

/** A terminal over two streams. Colour only where the stream is a terminal, unless asked for or refused. */
export function createTerminal({ stdout, stderr, isJson, wantsColour }: TerminalOptions): Terminal {
  const human = isJson ? stderr : stdout;
  const isInteractive = human.isTTY === true;
  const hasColour = wantsColour ?? isInteractive;
  return {
    isJson,
    isInteractive,
    columns: isInteractive ? human.columns : undefined,
    paint: (style, text) => (hasColour ? styleText(style, text, { validateStream: false }) : text),
    print: (line) => void stdout.write(`${calm(line)}\n`),
    note: (line) => void human.write(`${calm(line)}\n`),
    write: (text) => void human.write(calm(text)),
    clear: () => void (isInteractive && human.write(CLEAR)),
    complain: (line) => void stderr.write(`${calm(line)}\n`),
  };
}
