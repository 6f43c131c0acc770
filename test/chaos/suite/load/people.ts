/** The people who sign in over HTTP: JWTs of one issuer, with a secret that the gateways know. */
import { randomBytes } from "node:crypto";
import { token } from "../../../support/json-web-token.ts";
import type { Person } from "./http-user.ts";

const ISSUER = "https://issuer.test";
const AUDIENCE = "troupe";
const HEADER = { alg: "HS256", typ: "JWT" };
const DAY_S = 24 * 3_600;
/** No limit of requests is what is tried here. */
const UNLIMITED = "1000000";

export const TENANTS = ["acme", "globex"] as const;
export type Tenant = (typeof TENANTS)[number];

/** Who signs in, and what a gateway has to be told of them. */
export class People {
  readonly #secret = randomBytes(32).toString("hex");
  readonly #untilS: number;

  constructor(nowMs: number) {
    this.#untilS = Math.floor(nowMs / 1_000) + DAY_S;
  }

  /** The secret of the issuer, as the file of a gateway has it. */
  get secret(): string {
    return this.#secret;
  }

  /** How every token of theirs begins. */
  get beginning(): string {
    return `${Buffer.from(JSON.stringify(HEADER)).toString("base64url")}.eyJ`;
  }

  person(tenant: Tenant, sub: string, roles: readonly string[]): Person {
    const claims = { iss: ISSUER, aud: AUDIENCE, exp: this.#untilS, sub, tenant, roles };
    return { tenant, token: token(HEADER, claims, { secret: this.#secret }) };
  }

  /** Environment of a gateway that takes their tokens, and nothing else. */
  environment(secretFile: string): Readonly<Record<string, string>> {
    return {
      TROUPE_AUTH: "required",
      TROUPE_JWT_ISSUER: ISSUER,
      TROUPE_JWT_AUDIENCE: AUDIENCE,
      TROUPE_JWT_SECRET_FILE: secretFile,
      TROUPE_LIMIT_USER: UNLIMITED,
      TROUPE_LIMIT_TENANT: UNLIMITED,
      TROUPE_LIMIT_OPEN: UNLIMITED,
    };
  }
}
