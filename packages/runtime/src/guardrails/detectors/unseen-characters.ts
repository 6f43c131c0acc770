/** Characters that people do not see: controls, turns of the reading direction, invisible letters inside words, hidden messages. */
import { type Detector, matches } from "../detector.ts";
import { SMUGGLED_TEXT } from "../encoded-text.ts";

// oxlint-disable-next-line no-control-regex -- these are what has to go
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g;
const TURN = /[\u202a-\u202e\u2066-\u2069]/g;
/** Joiners have their place in Arabic, Indic scripts and emoji; nothing of it stands between Latin letters or digits. */
const IN_WORD =
  // oxlint-disable-next-line no-misleading-character-class -- each by itself is meant
  /(?<=[A-Za-z0-9])[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]+(?=[A-Za-z0-9])/g;
const INVISIBLE = /[\u200b\u2060-\u2064\u206a-\u206f\ufff9-\ufffb]|(?<!^)\ufeff/g;

/** All that any of them is about: most texts have none of it. Of tags and selectors, which are pairs of units, the first. */
const ANY =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- each by itself is meant
  /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\udb40]/;

export const unseenCharacters: Detector = {
  rule: "control.unseen",
  type: "",
  severity: "medium",
  reads: "raw",
  readsEncoded: false,
  find: (text) =>
    ANY.test(text)
      ? [CONTROL, TURN, IN_WORD, INVISIBLE, SMUGGLED_TEXT].flatMap((pattern) => matches(text, pattern))
      : [],
};
