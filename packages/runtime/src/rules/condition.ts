/**
 * Conditions of rules: a small language of facts, numbers, texts, comparisons and logic, without calls, loops or assignments, so that a
 * condition from a configuration file can do nothing but compare. Pure.
 *
 * A fact that is not known is `undefined`, and so is what is made of it: a rule fires only when its condition is certainly true.
 */
import { ConditionError, type Token, tokensOf } from "./tokens.ts";

/** What conditions look at: values by name; read only where a condition names them. */
export type Facts = { readonly [name: string]: unknown };

/** A condition, ready to be asked. */
export interface Condition {
  /** Names of the facts that it reads. */
  readonly facts: ReadonlySet<string>;
  readonly holds: (facts: Facts) => boolean;
}

type Evaluate = (facts: Facts) => unknown;

/** Deepest nesting of brackets, `not` and `-`. */
const MAX_DEPTH = 32;

/** Reads a condition. `known` = names of the facts there are. Throws {@link ConditionError}. */
export function parseCondition(text: string, known: ReadonlySet<string>): Condition {
  const parser = new Parser(tokensOf(text), known);
  const evaluate = parser.whole();
  return { facts: parser.read, holds: (facts) => evaluate(facts) === true };
}

class Parser {
  readonly read = new Set<string>();
  readonly #tokens: readonly Token[];
  readonly #known: ReadonlySet<string>;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], known: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#known = known;
  }

  whole(): Evaluate {
    const evaluate = this.#either();
    const { kind, value, at } = this.#peek();
    if (kind !== "end") throw new ConditionError(`an operator is missing before ${JSON.stringify(value)}`, at);
    return evaluate;
  }

  #either(): Evaluate {
    let left = this.#both();
    while (this.#takes("name", "or")) left = or(left, this.#both());
    return left;
  }

  #both(): Evaluate {
    let left = this.#opposite();
    while (this.#takes("name", "and")) left = and(left, this.#opposite());
    return left;
  }

  #opposite(): Evaluate {
    if (!this.#takes("name", "not")) return this.#comparison();
    const inner = this.#nested(() => this.#opposite());
    return (facts) => {
      const value = inner(facts);
      return typeof value === "boolean" ? !value : undefined;
    };
  }

  #comparison(): Evaluate {
    const left = this.#sum();
    const { kind, value } = this.#peek();
    if (kind === "name" && value === "in") {
      this.#next++;
      return isIn(left, this.#sum());
    }
    const compare = kind === "sign" ? COMPARISONS.get(value) : undefined;
    if (compare === undefined) return left;
    this.#next++;
    const right = this.#sum();
    return (facts) => {
      const first = left(facts);
      return first === undefined ? undefined : compare(first, right(facts));
    };
  }

  #sum(): Evaluate {
    let left = this.#product();
    for (;;) {
      if (this.#takes("sign", "+")) left = arithmetic(left, this.#product(), (a, b) => a + b);
      else if (this.#takes("sign", "-")) left = arithmetic(left, this.#product(), (a, b) => a - b);
      else return left;
    }
  }

  #product(): Evaluate {
    let left = this.#signed();
    for (;;) {
      if (this.#takes("sign", "*")) left = arithmetic(left, this.#signed(), (a, b) => a * b);
      else if (this.#takes("sign", "/")) left = arithmetic(left, this.#signed(), (a, b) => a / b);
      else return left;
    }
  }

  #signed(): Evaluate {
    if (!this.#takes("sign", "-")) return this.#value();
    const inner = this.#nested(() => this.#signed());
    return arithmetic(
      () => 0,
      inner,
      (a, b) => a - b,
    );
  }

  #value(): Evaluate {
    const token = this.#peek();
    this.#next++;
    if (token.kind === "number" || token.kind === "text") {
      const { value } = token;
      return () => value;
    }
    if (token.kind === "name") return this.#named(token);
    if (token.kind === "sign" && token.value === "(") {
      const inner = this.#nested(() => this.#either());
      if (!this.#takes("sign", ")")) throw new ConditionError("a closing bracket is missing", this.#peek().at);
      return inner;
    }
    throw new ConditionError("a value is missing", token.at);
  }

  #named({ value: name, at }: Token): Evaluate {
    if (name === "true" || name === "false") return () => name === "true";
    if (name === "null") return () => null;
    const fact = String(name);
    if (!this.#known.has(fact)) {
      throw new ConditionError(`there is no fact ${fact}; facts are ${[...this.#known].join(", ")}`, at);
    }
    this.read.add(fact);
    const path = this.#path();
    if (path.length === 0) return (facts) => facts[fact];
    return (facts) => path.reduce<unknown>(part, facts[fact]);
  }

  /** What follows a fact's name: `.field` and `[0]`, any number of them. */
  #path(): readonly (string | number)[] {
    const path: (string | number)[] = [];
    for (;;) {
      if (this.#takes("sign", ".")) path.push(String(this.#take("name", "the name of a field").value));
      else if (this.#takes("sign", "[")) {
        path.push(Number(this.#take("number", "the number of an entry").value));
        if (!this.#takes("sign", "]")) throw new ConditionError("] is missing", this.#peek().at);
      } else return path;
    }
  }

  #nested(parse: () => Evaluate): Evaluate {
    this.#depth++;
    if (this.#depth > MAX_DEPTH) throw new ConditionError("the condition is nested too deeply", this.#peek().at);
    const evaluate = parse();
    this.#depth--;
    return evaluate;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", value: "", at: 0 };
  }

  #takes(kind: Token["kind"], value: string): boolean {
    const token = this.#peek();
    if (token.kind !== kind || token.value !== value) return false;
    this.#next++;
    return true;
  }

  #take(kind: Token["kind"], what: string): Token {
    const token = this.#peek();
    if (token.kind !== kind) throw new ConditionError(`${what} is missing`, token.at);
    this.#next++;
    return token;
  }
}

/** A part of a value: own fields of objects and entries of lists, nothing that they inherit. */
function part(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === "number" ? value.at(key) : undefined;
  if (typeof value !== "object" || value === null || typeof key === "number") return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

/** `false and x` is false whatever x is. */
function and(left: Evaluate, right: Evaluate): Evaluate {
  return (facts) => {
    const first = truth(left(facts));
    if (first === false) return false;
    const second = truth(right(facts));
    return second === false ? false : first === true ? second : undefined;
  };
}

/** `true or x` is true whatever x is. */
function or(left: Evaluate, right: Evaluate): Evaluate {
  return (facts) => {
    const first = truth(left(facts));
    if (first === true) return true;
    const second = truth(right(facts));
    return second === true ? true : first === false ? second : undefined;
  };
}

const truth = (value: unknown): boolean | undefined => (typeof value === "boolean" ? value : undefined);

function arithmetic(left: Evaluate, right: Evaluate, compute: (a: number, b: number) => number): Evaluate {
  return (facts) => {
    const [a, b] = [left(facts), right(facts)];
    if (typeof a !== "number" || typeof b !== "number") return undefined;
    const result = compute(a, b);
    return Number.isFinite(result) ? result : undefined;
  };
}

/** Whether a value is an entry of a list, or a text a part of another one. */
function isIn(left: Evaluate, right: Evaluate): Evaluate {
  return (facts) => {
    const [value, whole] = [left(facts), right(facts)];
    if (value === undefined) return undefined;
    if (Array.isArray(whole)) return whole.includes(value);
    return typeof whole === "string" && typeof value === "string" ? whole.includes(value) : undefined;
  };
}

type Compare = (a: unknown, b: unknown) => boolean | undefined;

/** Numbers with numbers, texts with texts; anything else cannot be told. */
const ordered =
  (isSo: (order: number) => boolean): Compare =>
  (a, b) => {
    if (typeof a === "number" && typeof b === "number") return isSo(a - b);
    return typeof a === "string" && typeof b === "string" ? isSo(a < b ? -1 : a > b ? 1 : 0) : undefined;
  };

const isPlain = (value: unknown): boolean =>
  value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
const equal: Compare = (a, b) => (isPlain(a) && isPlain(b) ? a === b : undefined);

const COMPARISONS: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ["<", ordered((order) => order < 0)],
  ["<=", ordered((order) => order <= 0)],
  [">", ordered((order) => order > 0)],
  [">=", ordered((order) => order >= 0)],
  ["==", equal],
  [
    "!=",
    (a, b) => {
      const same = equal(a, b);
      return same === undefined ? undefined : !same;
    },
  ],
]);
