/** Tells NATS servers of accounts while they run; they keep what they are told, and tell one another. */
import { z } from "zod";
import { messageOf, TroupeError } from "../errors.ts";
import type { Link } from "../nats/connection.ts";

const ANSWER_MS = 5_000;
const Answer = z.looseObject({
  data: z.looseObject({ code: z.int(), message: z.string().optional() }).optional(),
  error: z.looseObject({ description: z.string().optional() }).optional(),
});

export interface AccountResolver {
  /** What the servers know of an account; `undefined` = nothing. Throws `unavailable`. */
  current(publicKey: string): Promise<string | undefined>;
  /** An account as it is from now on; who may no longer be signed in is cut off. Throws `unavailable`, `invalid_config`. */
  update(jwt: string): Promise<void>;
  /** Accounts are gone, with everybody who is signed in to them; `jwt` names them. Throws `unavailable`, `invalid_config`. */
  remove(jwt: string): Promise<void>;
}

/** `link` is one of the system account. */
export function accountResolver(link: Link): AccountResolver {
  const ask = async (subject: string, body: string): Promise<string> => {
    try {
      return (await link.nc.request(subject, body, { timeout: ANSWER_MS })).string();
    } catch (cause) {
      throw new TroupeError("unavailable", `NATS does not answer about accounts: ${messageOf(cause)}`, { cause });
    }
  };
  const tell = async (subject: string, jwt: string): Promise<void> => {
    const text = await ask(subject, jwt);
    const { data, error } = Answer.parse(JSON.parse(text));
    if (data?.code === 200) return;
    throw new TroupeError("invalid_config", `NATS refuses an account: ${error?.description ?? data?.message ?? text}`);
  };
  return {
    current: async (publicKey) => (await ask(`$SYS.REQ.ACCOUNT.${publicKey}.CLAIMS.LOOKUP`, "")) || undefined,
    update: (jwt) => tell("$SYS.REQ.CLAIMS.UPDATE", jwt),
    remove: (jwt) => tell("$SYS.REQ.CLAIMS.DELETE", jwt),
  };
}
