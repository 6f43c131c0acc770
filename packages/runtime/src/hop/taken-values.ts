/**
 * Values that guardrails take out of what a hop is given, and that a role which may see them is given back (ADR 0049). In the text stands a
 * placeholder, the value travels in the passport, sealed for its task, its placeholder and who took it out. What somebody made up, or brought from
 * elsewhere, opens nothing.
 */
import { createHmac } from "node:crypto";
import { z } from "zod";
import type { Json } from "../actor/outcome.ts";
import { SealedBody } from "../contracts/sealed-body.ts";
import {
  MAX_TAKEN_LENGTH,
  MAX_TAKEN_VALUES,
  MIN_TAKEN_LENGTH,
  PLACEHOLDERS,
  placeholderOf,
  type TakenValue,
  type TakenValues,
} from "../contracts/taken-value.ts";
import { TroupeError } from "../errors.ts";
import type { TakeOut } from "../guardrails/screen-text.ts";
import { bytesOf } from "./body.ts";
import type { BodySeals, SealedPlace } from "./ports.ts";
import { mapTexts } from "./texts.ts";

/** Whose values they are, and what they are sealed with. */
export interface TakenPlace {
  readonly task: string;
  readonly tenant: string;
  readonly role: string;
  /** Makes names that nobody can guess, and the same on every replay. */
  readonly key: Uint8Array;
  readonly seals: BodySeals;
}

/** The values of one hop: those that came with its messages, and those that it takes out itself. */
export class HopTakenValues {
  readonly #place: TakenPlace;
  readonly #sealed = new Map<string, TakenValue>();
  /** What was taken out here and has yet to be sealed, by name. */
  readonly #fresh = new Map<string, string>();
  /** What the handler was given back, and what stands for it outside. Longer values first: one may hold another. */
  #givenBack: readonly (readonly [value: string, placeholder: string])[] = [];

  constructor(place: TakenPlace, inherited: TakenValues | undefined) {
    this.#place = place;
    this.add(inherited);
  }

  /** Values that came with an answer. What is more than can travel stays a placeholder for good. */
  add(values: TakenValues = {}): void {
    for (const [name, value] of Object.entries(values))
      if (this.#sealed.size < MAX_TAKEN_VALUES || this.#sealed.has(name)) this.#sealed.set(name, value);
  }

  /** Keeps a value, where there is room. */
  readonly takeOut: TakeOut = (mark, value) => {
    if (value.length < MIN_TAKEN_LENGTH || value.length > MAX_TAKEN_LENGTH) return undefined;
    const name = nameOf(this.#place, mark, value);
    const isKnown = this.#sealed.has(name) || this.#fresh.has(name);
    if (!isKnown && this.#sealed.size + this.#fresh.size >= MAX_TAKEN_VALUES) return undefined;
    this.#fresh.set(name, value);
    return placeholderOf(name);
  };

  /** Seals what was taken out. Throws `unavailable` while there are no keys. */
  async seal(): Promise<void> {
    const { seals, role: by } = this.#place;
    for (const [name, value] of this.#fresh) {
      const body = { encoding: "json", bytes: bytesOf(JSON.stringify(value)) } as const;
      const text = await seals.seal(body, this.#placeOf(name, by));
      const { $sealed: sealed } = SealedBody.parse(JSON.parse(text));
      this.#sealed.set(name, { by, sealed });
    }
  }

  /** What goes on with everything that the hop sends. */
  get handedDown(): TakenValues | undefined {
    return this.#sealed.size === 0 ? undefined : Object.fromEntries(this.#sealed);
  }

  /** The content with the values that belong into it. Throws `unavailable` while a key is not here. */
  async giveBack<T extends Json>(content: T): Promise<T> {
    const names = new Set<string>();
    mapTexts(content, (text) => {
      for (const [, name = ""] of text.matchAll(PLACEHOLDERS)) names.add(name);
      return text;
    });
    const values = new Map<string, string>();
    for (const name of names) {
      const value = await this.#valueOf(name);
      if (value !== undefined) values.set(placeholderOf(name), value);
    }
    if (values.size === 0) return content;
    const known = new Map([...this.#givenBack, ...[...values].map(([mark, value]) => [value, mark] as const)]);
    this.#givenBack = [...known].toSorted(([a], [b]) => b.length - a.length);
    return mapTexts(content, (text) => text.replace(PLACEHOLDERS, (mark) => values.get(mark) ?? mark));
  }

  /** Whether the handler has been given a value back. */
  get isOpen(): boolean {
    return this.#givenBack.length > 0;
  }

  /** A content of the handler as others may see it: placeholders in place of what it was given back. */
  hide<T>(content: T): T {
    if (this.#givenBack.length === 0) return content;
    return mapTexts(content, (text) =>
      this.#givenBack.reduce((hidden, [value, mark]) => hidden.replaceAll(value, mark), text),
    );
  }

  async #valueOf(name: string): Promise<string | undefined> {
    const fresh = this.#fresh.get(name);
    if (fresh !== undefined) return fresh;
    const taken = this.#sealed.get(name);
    if (taken === undefined) return undefined;
    try {
      const { bytes } = await this.#place.seals.open({ $sealed: taken.sealed }, this.#placeOf(name, taken.by));
      return Value.parse(JSON.parse(Buffer.from(bytes).toString()));
    } catch (error) {
      // Sealed for another task, or by somebody who is not who he says: there is nothing to give back.
      if (TroupeError.is(error, "malformed_record")) return undefined;
      throw error;
    }
  }

  #placeOf(name: string, by: string): SealedPlace {
    const { task, tenant } = this.#place;
    return { subject: `taken ${JSON.stringify([tenant, task, by, name])}`, takenBy: by };
  }
}

const Value = z.string().min(MIN_TAKEN_LENGTH).max(MAX_TAKEN_LENGTH);

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

/** `SSN:k7f2qdx2ab`: the same for the same value of the task, and not to be guessed without the role's key. */
function nameOf({ task, key }: TakenPlace, mark: string, value: string): string {
  const type = mark.slice("[REDACTED_".length, -1);
  const digest = createHmac("sha256", key).update(`taken ${task}\n${type}\n${value}`).digest();
  return `${type}:${[...digest.subarray(0, 10)].map((byte) => LETTERS[byte % 32]).join("")}`;
}
