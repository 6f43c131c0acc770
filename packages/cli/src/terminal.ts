import { styleText } from "node:util";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "magenta" | "blue";
/** Colours a text, or returns it as it is where colour is not wanted. */
export type Paint = (style: Style, text: string) => string;

export interface Writable {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Where a command writes: its product to stdout, and what is meant for people beside it. */
export interface Terminal {
  readonly isJson: boolean;
  readonly isInteractive: boolean;
  readonly columns: number;
  readonly paint: Paint;
  /** One line of the command's product, always on stdout. */
  print(line: string): void;
  /** One line for people: on stdout, but on stderr when stdout carries JSON. */
  note(line: string): void;
  /** Text for people without a line end. */
  write(text: string): void;
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

/** A terminal over two streams. Colour only where the stream is a terminal, unless asked for or refused. */
export function createTerminal({ stdout, stderr, isJson, wantsColour }: TerminalOptions): Terminal {
  const human = isJson ? stderr : stdout;
  const isInteractive = human.isTTY === true;
  const hasColour = wantsColour ?? isInteractive;
  return {
    isJson,
    isInteractive,
    columns: human.columns ?? 100,
    paint: (style, text) => (hasColour ? styleText(style, text, { validateStream: false }) : text),
    print: (line) => void stdout.write(`${line}\n`),
    note: (line) => void human.write(`${line}\n`),
    write: (text) => void human.write(text),
    complain: (line) => void stderr.write(`${line}\n`),
  };
}
