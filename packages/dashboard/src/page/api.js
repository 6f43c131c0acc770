/** Asks the gateway that the page came from. */
import { EventFrames } from "./event-frames.js";
import { field, textOf } from "./read.js";

const TOKEN = "troupe-token";
const RECONNECT_MS = 1_000;

/** The gateway wants to know who asks. */
export class SignInRequired extends Error {}

/** @returns {Record<string, string>} */
function credentials() {
  const token = sessionStorage.getItem(TOKEN);
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

/** Kept for this tab alone. @param {string} token */
export const signIn = (token) => sessionStorage.setItem(TOKEN, token);

/** @param {string} path @param {Record<string, string>} headers @param {AbortSignal} signal */
async function ask(path, headers, signal) {
  const answer = await fetch(path, { headers: { ...credentials(), ...headers }, signal, cache: "no-store" });
  if (answer.status === 401) throw new SignInRequired();
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => undefined);
  throw new Error(textOf(problem, "detail") || `${answer.status} ${answer.statusText}`);
}

/** @param {string} path @param {AbortSignal} signal @returns {Promise<unknown>} */
export async function getJson(path, signal) {
  return (await ask(path, { Accept: "application/json" }, signal)).json();
}

/** @param {number} ms @param {AbortSignal} signal */
export const pause = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });

/** @param {Response} answer */
async function* eventsOf(answer) {
  const [frames, decoder] = [new EventFrames(), new TextDecoder()];
  const reader = answer.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
    yield* frames.feed(decoder.decode(part.value, { stream: true }));
}

/**
 * The events of a task until it has ended or the signal aborts. A stream that breaks off goes on after the last event, at whatever gateway
 * answers then. (`EventSource` would do the same, but cannot send credentials.)
 *
 * @param {string} task
 * @param {AbortSignal} signal
 */
export async function* taskEvents(task, signal) {
  let last = "";
  while (!signal.aborted) {
    try {
      const path = `/api/v1/tasks/${encodeURIComponent(task)}/events`;
      const answer = await ask(path, last === "" ? {} : { "Last-Event-ID": last }, signal);
      if (answer.status === 204) return;
      for await (const event of eventsOf(answer)) {
        if (event.id !== "") last = event.id;
        yield event;
        if (event.type === "done") return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof SignInRequired) throw error;
    }
    await pause(RECONNECT_MS, signal);
  }
}

/** The records of a task's log after one of them, page by page. @param {string} task @param {number} after @param {AbortSignal} signal */
export async function* taskRecords(task, after, signal) {
  for (let from = after; ; ) {
    const page = await getJson(`/api/v1/tasks/${encodeURIComponent(task)}/log?after=${from}`, signal);
    const records = field(page, "records");
    if (Array.isArray(records)) yield* records;
    const next = field(page, "next");
    if (typeof next !== "number") return;
    from = next;
  }
}
