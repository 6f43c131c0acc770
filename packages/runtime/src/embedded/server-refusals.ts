/** What nats-server's log says about whom it refused. Pure. Names that clients give themselves are quoted there, so none can forge a line. */
import type { AuditEvent, AuditWho } from "../contracts/audit.ts";

const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"`;
const LINE = new RegExp(String.raw`^\[\d+\] \S+ \S+ \[(?:ERR|WRN)\] (\S+) - \S*cid:\d+ - (.*)$`);
const VIOLATION = new RegExp(String.raw`^${QUOTED} - ${QUOTED} - (Publish|Subscription) Violation - (.*)$`);
const NOT_SIGNED_IN = new RegExp(
  String.raw`^(?:${QUOTED} - )?(?:${QUOTED} - )?[Aa]uthenticat\w+ (?:error|failure)\w*(?: - (.*))?$`,
);
const WHAT = new RegExp(String.raw`(Subject|Reply) ${QUOTED}(?:, Queue ${QUOTED})?`);
const TEXT = 1_000;
const NAME = 250;
const HOST = 128;

/** What a line reports: a refused publish or subscription, a failed sign-in; `undefined` for everything else. */
export function refusalIn(line: string): Refusal | undefined {
  const [, host = "", rest] = LINE.exec(line) ?? [];
  if (rest === undefined) return undefined;
  return violationIn(rest, host.slice(0, HOST)) ?? failedSignInOf(rest, host.slice(0, HOST));
}

type Refusal = Extract<AuditEvent, { event: "denied" | "login_failed" }>;

function violationIn(rest: string, host: string): Refusal | undefined {
  const [, client = "", user = "", act, text = ""] = VIOLATION.exec(rest) ?? [];
  if (act === undefined) return undefined;
  const [, place, subject = text] = WHAT.exec(text) ?? [];
  return {
    event: "denied",
    by: "server",
    who: { ...whoOf(user), ...claimed(client), host },
    act: `${act === "Publish" ? "publish" : "subscribe"}${place === "Reply" ? " with reply" : ""}`,
    what: subject.slice(0, TEXT),
  };
}

function failedSignInOf(rest: string, host: string): Refusal | undefined {
  const failure = NOT_SIGNED_IN.exec(rest);
  if (!failure) return undefined;
  const [, client = "", , reason = "authentication error"] = failure;
  return { event: "login_failed", who: { ...claimed(client), host }, reason: reason.slice(0, TEXT) };
}

/** `CORE/nkey:U…` as the server writes who is signed in. A role's account says which role of which version. */
function whoOf(text: string): AuditWho {
  const [account = "", user = ""] = text.split("/", 2);
  const [, version, role] = /^R_(v\d+)_(.+)$/.exec(account) ?? [];
  return {
    ...(account === "" ? {} : { account: account.slice(0, 128) }),
    ...(user === "" ? {} : { user: user.replace(/^nkey:/, "").slice(0, NAME) }),
    ...(version === undefined || role === undefined ? {} : { version, role: role.slice(0, 128) }),
  };
}

/** `v3.4.0:nats.js:<name>`: what the client calls itself. */
const claimed = (client: string): AuditWho => {
  const name = client.split(":").slice(2).join(":");
  return name === "" ? {} : { claimed: name.slice(0, NAME) };
};
