/** Shows the page that the address names, and asks for a token where the gateway wants one. */
import { getJson, SignInRequired, signIn } from "./api.js";
import { html, show } from "./dom.js";
import { runOverview } from "./overview.js";
import { textOf } from "./read.js";
import { runTask } from "./task-view.js";

/** @template {Element} E @param {string} id @param {{ new (): E }} type @returns {E} */
function byId(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${id}`);
}

const main = byId("main", HTMLElement);
const connection = byId("connection", HTMLElement);
const form = byId("sign-in", HTMLFormElement);
const token = byId("token", HTMLInputElement);
const system = byId("system", HTMLElement);

let leaving = new AbortController();

const reports = {
  onAnswer: () => {
    form.hidden = true;
    if (connection.textContent !== "live") connection.textContent = "live";
  },
  /** @param {unknown} error */
  onFailure: (error) => {
    if (error instanceof SignInRequired) {
      leaving.abort();
      form.hidden = false;
      connection.textContent = "not signed in";
      token.focus();
      return;
    }
    connection.textContent = `no answer: ${error instanceof Error ? error.message : String(error)}`;
  },
};

function open() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const task = /^#\/tasks\/([^/]+)$/.exec(location.hash)?.[1];
  document.title = task === undefined ? "Troupe" : `Troupe: task ${task}`;
  show(main, html("p", {}, "Loading…"));
  void (task === undefined ? runOverview(main, signal, reports) : runTask(main, task, signal, reports));
  void nameSystem(signal);
}

/** @param {AbortSignal} signal */
async function nameSystem(signal) {
  try {
    system.textContent = textOf(await getJson("/api/v1/graph", signal), "system");
  } catch {
    // The page below asks the same gateway, and says what is wrong.
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  signIn(token.value.trim());
  token.value = "";
  open();
});
addEventListener("hashchange", () => {
  open();
  main.focus();
});
open();
