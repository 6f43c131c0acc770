/** A secret that lies where people look. */
export interface Spill {
  readonly place: string;
  /** What it is, never the secret itself. */
  readonly secret: string;
}

/** Looks for planted secrets in everything that it is shown. */
export class SecretSearch {
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #spills = new Map<string, Spill>();
  /** End of what each place was last shown: a secret may come in two pieces. */
  readonly #ends = new Map<string, string>();
  readonly #longest: number;

  /** By what each is called. */
  constructor(secrets: Readonly<Record<string, string>>) {
    this.#secrets = new Map(Object.entries(secrets));
    this.#longest = Math.max(0, ...Object.values(secrets).map((secret) => secret.length));
  }

  /** What was found so far, each once a place. */
  get spills(): readonly Spill[] {
    return [...this.#spills.values()];
  }

  /** Looks through the next piece of what a place says. */
  look(place: string, text: string): void {
    const whole = (this.#ends.get(place) ?? "") + text;
    for (const [secret, value] of this.#secrets)
      if (whole.includes(value)) this.#spills.set(`${place} ${secret}`, { place, secret });
    this.#ends.set(place, whole.slice(-this.#longest));
  }
}
