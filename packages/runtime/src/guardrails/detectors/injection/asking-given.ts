/** What the model goes by is asked for by who gave it, when it came, or that it is the model's. */
import { any, type Feature, feature, gap } from "./feature.ts";

const RULES = any(
  "rules? | guidelines? | constraints? | restrictions? | directives? | instructions? | directions | terms | limits | guidance",
);
/** Rules for something are those of a shop or a game. */
const NOT_FOR = "(?! (?:for|on|about|in|to|of|when|at)\\b)";
const GIVERS = any(
  "they | (?:your|ur|the) (?:operators? | owners? | company | devs? | makers? | boss | creators? | developers? | admins?)",
);
const GAVE = any(
  "put | feed | fed | wrote | write | written | typed? | load(?:ed)? | told | tell | instruct(?:ed)? | gave | give",
);

export const ASKING_GIVEN: readonly Feature[] = [
  ...feature(
    "ask prompt",
    0.9,
    `\\b(?:every|each|all|all the|which|what|list the|name the|the) (?:\\w{1,12} )?(?:${RULES}) (?:(?:that )?(?:you have|you've been given|you go by|you're under|you are under|you work under|you answer by|you operate under)|of yours)\\b${NOT_FOR}`,
  ),
  ...feature(
    "ask prompt",
    0.9,
    `\\b(?:text|document|words|lines?|policy|list|script|${RULES}) (?:that |which )?(?:(?:makes?|made|tells?|lets?) you (?:behave|act|answer|refuse|who|what|how)|(?:binds?|governs?|configures?|initiali[sz]ed|steers?|describes) (?:you\\b|your (?:role|behaviou?r|answers)))`,
  ),
  ...feature(
    "ask prompt",
    0.9,
    `\\bunder (?:what|which) (?:${RULES})\\b${gap(8)}\\byou (?:operat|work|answer|act)\\w{0,3}\\b|\\b(?:${RULES}|text|mandate|script) (?:under|from|by|within) which you (?:operate|work|answer|act|run)\\b|\\b(?:${RULES}) behind your (?:answers|behaviou?r|replies)\\b`,
  ),
  ...feature(
    "ask prompt",
    0.7,
    `\\bwhat(?:'s| is| was| did| do| does| have| has| had|ever)?\\b${gap(16)}\\b(?:${GIVERS})\\b${gap(12)}\\b(?:${GAVE})\\b${gap(16)}\\b(?:you|u|your|ur|in your|into your)\\b`,
  ),
  ...feature("ask prompt", 1, "\\bur (?:\\w{1,12} ){0,2}(?:prompts?|instructions?|rules|config|setup|guidelines)\\b"),
  ...feature(
    "ask above",
    0.8,
    `\\b(?:said|written|told|given|placed|received|supplied|loaded|inserted|text|message|anything|everything|what)\\b${gap(30)}\\b(?:before i (?:joined|came|wrote|typed|said|arrived|opened|walked in|wrote anything)|before my (?:first|hello|greeting|very first)|(?:ahead of|prior to) my (?:first |very first )?(?:line|message|question|hello)|between the beginning of your)\\b`,
  ),
  ...feature(
    "ask above",
    0.8,
    `\\b(?:show|give|see|read|print|export|include|included?|including|have a look at|log|transcript|record|what)\\b${gap(40)}\\b(?:(?:hidden|invisible|unseen|system) (?:turns?|part|fields?|messages?) (?:included|too|as well|that came|(?:of|in) (?:this|our) (?:thread|chat|conversation|session|context|request))|(?:part|text|message) (?:that |which )?(?:i can't see|i cannot see|i don't see|isn't (?:shown|displayed) to me|only you (?:can )?see)|one that only you (?:can )?see)\\b`,
  ),
  ...feature(
    "ask tools",
    0.8,
    `\\b(?:tool|function|plug-?in|api) (?:definitions?|signatures?|manifest|schemas?)\\b${gap(25)}\\b(?:as (?:they|it) (?:appears?|stands?)|in your|to you\\b|you (?:see|have|were|can))|\\byour (?:tool|function|plug-?in) (?:definitions?|signatures?|manifest|schemas?|list)\\b`,
  ),
];
