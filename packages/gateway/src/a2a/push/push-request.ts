/** One update to a client's own server, which may be anybody's: it gets one POST and is believed nothing but its status. */
import { StreamResponse } from "@a2a-js/sdk";
import type { PushRow } from "./push-row.ts";

const TIMEOUT_MS = 10_000;

export type PushOutcome = "taken" | "later" | "never";

/** `later`: it may take it when it is asked again. `never`: it will not. Throws `forbidden` where nothing may be sent. */
export async function pushUpdate(
  send: typeof fetch,
  { url, token, authentication }: PushRow,
  update: StreamResponse,
  signal: AbortSignal,
): Promise<PushOutcome> {
  const answer = await send(url, {
    method: "POST",
    headers: {
      "content-type": "application/a2a+json",
      "a2a-version": "1.0",
      ...(token === "" ? {} : { "x-a2a-notification-token": token }),
      ...(authentication ? { authorization: `${authentication.scheme} ${authentication.credentials}` } : {}),
    },
    body: JSON.stringify(StreamResponse.toJSON(update)),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  await answer.body?.cancel();
  return outcomeOf(answer.status);
}

/** Pure. */
export function outcomeOf(status: number): PushOutcome {
  if (status >= 200 && status < 300) return "taken";
  return status >= 500 || status === 408 || status === 425 || status === 429 ? "later" : "never";
}
