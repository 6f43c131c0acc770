/** What stands above, or is kept from the one who writes, is asked for in another form: again, as a list, as code, with a beginning given. */
import { any, type Feature, feature, gap, NOT_OURS } from "./feature.ts";

/** Acts that bring a text out; to compare, check or follow one does not. */
const BRING = any(
  "repeat | print | output | display | echo | recite | return | dump | reproduce | reveal | restate | show(?: me)? | tell me | give me | list | write(?: out| down)? | type(?: out)? | state | encode | convert | format | rewrite | summari[sz]e | put | spell(?: out)? | copy | paste | translate | explain | describe",
);
/** Commands, steps and directions are printed and repeated for a reader as well. */
const ORDERS = any("instructions? | prompts? | rules | directives? | guidelines");
const ABOVE = any("above | previous | prior | preceding | foregoing | initial | earlier");
const CODE = any(
  "python | pseudo ?-?code | java | javascript | code | json | yaml | xml | a (?:bullet(?:ed)?|numbered) list | bullet points? | a poem | a rap | a song",
);

/** What it counts for: the words around it speak of instructions as harmless texts do, and must not make up for it. */
const PLAIN = 1.4;

export const REPEATING: readonly Feature[] = [
  ...feature(
    "ask above",
    PLAIN,
    `\\b(?:repeat|print|outputs?|display|echo|recite|dump|reproduce|reveal|restate|tell me)\\b (?:me )?(?:all |the |all the |all of the |any )?(?:${ABOVE}) (?:${ORDERS})\\b${NOT_OURS}`,
  ),
  ...feature(
    "ask above",
    PLAIN,
    `\\b(?:repeat|print|outputs?|display|echo|recite|dump|reproduce|reveal|restate)\\b (?:me )?(?:all |the |all the |all of the )?(?:${ORDERS}) (?:given |written |stated |listed )?(?:above|so far|up to (?:here|now|this)|before (?:this|my))\\b`,
  ),
  ...feature(
    "ask above",
    PLAIN,
    `\\b(?:${BRING})\\b${gap(25)}\\byour (?:\\w{1,12} )?(?:${ORDERS})\\b${gap(25)}\\b(?:as|in|into|to|with) (?:${CODE})\\b${NOT_OURS}`,
  ),
  ...feature(
    "ask above",
    0.9,
    `\\b(?:${BRING})\\b${gap(25)}\\b(?:${ABOVE}) (?:${ORDERS})\\b${gap(25)}\\b(?:as|in|into|to|with) (?:${CODE})\\b${NOT_OURS}`,
  ),
  ...feature(
    "ask above",
    0.9,
    `\\b(?:convert|translate|turn|transform|rewrite)\\b${gap(20)}\\b(?:${ORDERS})\\b${gap(15)}\\b(?:above|below|before this|both before and after)\\b`,
  ),
  ...feature(
    "instructions so far",
    PLAIN,
    "\\b(?:instructions|logic|rules|prompt|conditions|directives) so far\\b(?! (?:for|of|in)\\b)",
  ),
  ...feature(
    "given beginning",
    0.6,
    `\\b(?:begin|start|prefix|open)\\b (?:your |the |each |every )?(?:reply|response|answer|message|everything|output)?\\b${gap(10)}\\b(?:with|by saying)\\b${gap(60)}\\b(?:instructions|password|pass ?code|access code|prompt|rules|logic|secret)\\b`,
  ),
  ...feature(
    "ask conditions",
    0.8,
    `\\b(?:tell me|explain|describe|list|what|say)\\b${gap(20)}\\b(?:under (?:what|which) (?:conditions?|circumstances)|when|what makes) (?:will you|do you|would you|you(?:'ll| will| would)?) (?:say|output|print|grant|allow|respond with|reply with|refuse)\\b`,
  ),
  ...feature(
    "ask secret",
    1,
    "\\b(?:repeat|say|print|output|give me|tell me|state|include|including|reveal|spell|write) (?:me )?your (?:\\w{1,12} )?(?:pass ?words?|pass ?codes?|pass ?phrase|access code|security code|code ?word|secret)\\b",
  ),
  ...feature(
    "ask secret",
    0.7,
    "\\b(?:repeat|print|output|include|including|reveal|spell out) the (?:\\w{1,12} )?(?:pass ?word|pass ?code|pass ?phrase|access code|security code|code ?word|secret (?:word|code|phrase|character))\\b(?! (?:of|for|to|in|from|field|policy|reset|prompt|box)\\b)",
  ),
  ...feature(
    "ask above",
    PLAIN,
    `\\b(?:put|give|include|place|wrap|return|output|print|copy|list)\\b${gap(15)}\\b(?:text|lines|words|content|everything) above${gap(20)}\\b(?:in|inside|as|within|with) (?:a (?:code|quote|text|markdown)|line numbers)`,
  ),
  ...feature(
    "ask secret",
    1,
    "\\b(?:which|what|list|show|print|dump)(?: (?:all|the|me))* (?:api keys?|credentials|secrets|environment variables|tokens|passwords) (?:are |is |do you have |stand )?(?:stored )?(?:in|within) your (?:environment|context|memory|tools?|config|configuration)\\b|\\bdump your (?:memory|context|configuration|state)\\b",
  ),
  ...feature(
    "false end",
    0.7,
    "\\bend (?:of )?(?:the )?(?:user|untrusted|trusted|system|prompt|ambiguity)(?: \\w{1,12}){0,2} ?(?:%%|==|##|--|>>|\\]|\\*\\*)",
  ),
];
