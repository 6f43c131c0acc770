import { headers, type Msg, type MsgHdrs } from "@nats-io/transport-node";
import { directGetLast, type Link, messageOf, type Subjects } from "@troupe/runtime/internal";
import type { Act } from "./attack.ts";

const ANSWER_MS = 1_000;

/** How one act ended. */
export interface Outcome {
  readonly isRefused: boolean;
  /** The server's words, or what was seen. */
  readonly answer: string;
}

/** Tries an act as the role of `link`. `core` is a link with all rights that looks where a steered answer went. Never throws. */
export async function tryAct(act: Act, link: Link, core: Link, subjects: Subjects): Promise<Outcome> {
  try {
    return await tryOne(act, link, core, subjects);
  } catch (error) {
    return { isRefused: false, answer: `could not be tried: ${messageOf(error)}` };
  }
}

async function tryOne(act: Act, link: Link, core: Link, subjects: Subjects): Promise<Outcome> {
  if (act.kind === "publish") return tryPublish(act, link);
  if (act.kind === "subscribe") return trySubscribe(act.subject, link);
  return trySteer(act, link, core, subjects);
}

async function tryPublish({ subject, body = "", headers: fields, isOwnSubject = false }: PublishAct, link: Link) {
  let answer: Msg;
  try {
    answer = await link.nc.request(subject, body, { timeout: ANSWER_MS, headers: block(fields) });
  } catch (error) {
    return refusalOf(error);
  }
  const text = answer.string();
  const isStreamError = text.includes('"error"');
  return { isRefused: isOwnSubject && isStreamError, answer: `answered: ${text.slice(0, 200)}` };
}
type PublishAct = Extract<Act, { kind: "publish" }>;

/** Only what the server says counts: an act that nobody answers may have been done. */
function refusalOf(error: unknown): Outcome {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const kind = cause instanceof Error ? cause.constructor.name : "";
  if (kind === "PermissionViolationError") return { isRefused: true, answer: messageOf(cause) };
  if (kind === "NoRespondersError" || kind === "NoResponders") return { isRefused: true, answer: "no responders" };
  return { isRefused: false, answer: messageOf(error) };
}

async function trySubscribe(subject: string, { nc }: Link): Promise<Outcome> {
  const subscription = nc.subscribe(subject, { callback: () => undefined });
  await nc.flush();
  // The refusal came before the answer to the flush; the library ends the subscription with it.
  const ended = subscription.isClosed() ? await subscription.closed : undefined;
  if (ended instanceof Error) return { isRefused: true, answer: ended.message };
  subscription.unsubscribe();
  return { isRefused: false, answer: "subscribed" };
}

type SteerAct = Extract<Act, { kind: "steer" }>;

async function trySteer(act: SteerAct, link: Link, core: Link, subjects: Subjects): Promise<Outcome> {
  const { subject, body, reply } = act;
  let heard = 0;
  const watch = core.nc.subscribe(reply, {
    callback: () => {
      heard++;
    },
  });
  try {
    await core.nc.flush();
    link.nc.publish(subject, body, { reply, headers: block(act.headers) });
    // Asked again in the ordinary way behind it: once this is answered, the other has been.
    const answer = await link.nc.request(subject, body, { timeout: ANSWER_MS, headers: block(act.headers) });
    await core.nc.flush();
    const stored = await storedAt(core, subjects, reply);
    if (heard === 0 && !stored) return { isRefused: true, answer: `nothing arrived at ${reply}` };
    return { isRefused: false, answer: `${stored ? "stored" : "arrived"} at ${reply} (${answer.data.length} bytes)` };
  } finally {
    watch.unsubscribe();
  }
}

async function storedAt(core: Link, subjects: Subjects, subject: string): Promise<boolean> {
  const stream =
    subjects.logStreamOf(subject) ??
    (subject.startsWith("$KV.") ? `KV_${subject.split(".")[1] ?? ""}` : undefined) ??
    (subject.startsWith(`${subjects.system}.key.`) ? subjects.stream("KEYS") : undefined);
  return stream !== undefined && (await directGetLast(core, stream, subject)) !== undefined;
}

function block(fields: Readonly<Record<string, string>> = {}): MsgHdrs {
  const made = headers();
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
}
