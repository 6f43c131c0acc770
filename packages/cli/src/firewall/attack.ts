/** One thing that a role must not be able to do. */
export interface Attack {
  readonly group: AttackGroup;
  /** What is tried, for people: `planner → router (send)`. */
  readonly name: string;
  readonly act: Act;
}

export const ATTACK_GROUPS = [
  "missing edge",
  "edge to itself",
  "answer to the client",
  "forged sender",
  "foreign records",
  "other versions",
  "control plane",
  "streams and consumers",
  "acknowledgements",
  "reserved headers",
  "eavesdropping",
  "steered replies",
] as const;
export type AttackGroup = (typeof ATTACK_GROUPS)[number];

export type Act =
  /** Publishes, asking for an answer. Only an explicit refusal counts: silence may be success. */
  | {
      readonly kind: "publish";
      readonly subject: string;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** The subject is the role's own, so the stream answers; it must answer with an error. */
      readonly isOwnSubject?: boolean;
    }
  | { readonly kind: "subscribe"; readonly subject: string }
  /** Asks something that is allowed, and names a place for the answer that is not. Nothing may arrive there. */
  | {
      readonly kind: "steer";
      readonly subject: string;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly reply: string;
    };

/** How an attack ended, with what the server said. */
export interface Attempt {
  readonly role: string;
  readonly attack: Attack;
  readonly isRefused: boolean;
  readonly answer: string;
}

/** A publish on a subject that is another's. */
export const publish = (group: Attack["group"], name: string, subject: string, body?: string): Attack => ({
  group,
  name,
  act: body === undefined ? { kind: "publish", subject } : { kind: "publish", subject, body },
});
