/** Live text of a handler under guardrails: what is shown as it comes is what may be shown of the whole. */
import { ScreenStream } from "../guardrails/screen-stream.ts";
import type { Screen } from "../guardrails/screen-text.ts";

/** Takes pieces of text, and shows them as soon as they are certain. */
export class GuardedTokens {
  readonly #screen: Screen;
  readonly #show: (text: string) => void;
  #stream: ScreenStream;

  constructor(screen: Screen, show: (text: string) => void) {
    this.#screen = screen;
    this.#show = show;
    this.#stream = new ScreenStream(screen);
  }

  /** Shows what of the text is certain by now. An empty piece says that the text starts again: what is held back is forgotten. */
  push(text: string): void {
    if (text === "") this.#stream = new ScreenStream(this.#screen);
    else this.#say(this.#stream.push(text));
  }

  /** The text is over: shows the rest of it. */
  end(): void {
    this.#say(this.#stream.end());
    if (!this.#stream.isBlocked) this.#stream = new ScreenStream(this.#screen);
  }

  #say(text: string): void {
    if (text !== "") this.#show(text);
  }
}
