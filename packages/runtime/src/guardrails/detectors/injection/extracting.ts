/** What is hidden is asked for: the system prompt, what stands above. */
import { any, type Feature, feature, gap, NOT_OURS } from "./feature.ts";

const SHOW = any(`
  reveal | show | print | repeat | output | display | tell(?: me| us)? | give(?: me| us)? | share | leak | dump | recite | quote | echo | expose | disclose | divulge | return | write(?: out| down)? | list | describe | spell(?: out)? | summari[sz]e | paraphrase | rephrase | translate
  encode | convert | copy | paste | provide | read(?: back| out| aloud)? | state | explain | post | send | type(?: out)? | reproduce | render | emit | report | restate | say | include | append | present | format | fetch | retrieve | extract | confirm | complete | continue | finish | reply(?: with)? | respond(?: with)? | answer with
  what(?:'s| is| are| were| was| do| does| did) | which | how (?:do|does|are|were|is) | (?:i (?:want|need|would like|'d like)|let me|may i|can i|could i) (?:to )?(?:see|know|read|have|view|inspect|get|hear) | want | access | enumerate | outline | walk me through | begin | start | put
`);

const PROMPT = any(
  "prompts? | instructions? | directives? | guidelines | preamble | (?:system|developer) messages? | system prompts? | system instructions? | meta-?prompts? | pre-?prompts? | programming | configuration | config | persona | guard ?-?rails? | context window | training (?:data|prompt|instructions) | operating (?:instructions|rules|parameters) | rules",
);

export const EXTRACTING: readonly Feature[] = [
  ...feature(
    "ask prompt",
    1,
    `\\b(?:${SHOW})\\b${gap(50)}\\b(?:your|its|the (?:ai|assistant|bot|model|chatbot|llm|agent)'s)\\b(?: \\w{1,12}){0,2} (?:${PROMPT})\\b${NOT_OURS}`,
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:${SHOW})\\b${gap(40)}\\b(?:the|this|that|these|those|any|all)\\b(?: \\w{1,12}){0,3} ?\\b(?:system (?:prompt|message|instructions?)|(?:initial|hidden|secret|original|developer|underlying|opening|confidential|starting) (?:system )?(?:prompts?|instructions?|directives?|message(?! (?:board|queue|log|list|format|type)))|pre-?prompt|meta-?prompt)s?\\b${NOT_OURS}`,
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:${SHOW})\\b${gap(40)}\\b(?:${PROMPT}|messages?|text|words|orders|information)\\b (?:that |which )?(?:you(?:'ve| have| had| were| are| got)?(?: been)? (?:given|told|provided|initiali[sz]ed|configured|programmed|set up|received|operat(?:e|ing)|following|follow|under|run(?:ning)?|start(?:ed)? with|instructed|got|loaded|working)|(?:define|defines|govern|governs|control|controls|guide|guides|shape|constrain) (?:you|your))\\b`,
  ),
  ...feature(
    "ask above",
    1,
    `\\b(?:repeat|print|output|display|echo|recite|return|reproduce|encode|dump|quote|spit out)\\b${gap(25)}\\b(?:(?:everything|all|anything|the (?:text|words|content|contents|lines?|sentences?|paragraphs?|message|messages|tokens|section|input))\\b${gap(25)}\\b(?:above|before (?:this|my|the|that)|preceding|prior to|up (?:to|until) (?:this|here|now)|at the (?:top|beginning|start)|so far)|(?:above|preceding|previous) (?:text|words|content|paragraphs?|prompt))\\b`,
  ),
  ...feature(
    "ask above",
    1,
    `\\b(?:what|which|how)\\b${gap(20)}\\b(?:you|this (?:chat|conversation|session|assistant|bot))\\b${gap(15)}\\b(?:told|instructed|programmed|prompted|ordered|briefed|directed|forbidden|prohibited|not (?:allowed|supposed|permitted)|asked (?:not to|to (?:keep|hide|conceal|withhold)))\\b`,
  ),
  ...feature(
    "ask above",
    1,
    `\\bwhat(?:'s| is| was| were| does| did)?\\b${gap(25)}\\b(?:at the (?:very )?(?:top|beginning|start)|(?:first|initial|very first|opening) (?:thing|line|sentence|message|words?|instruction|text|token))\\b${gap(20)}\\b(?:(?:this|our|your|the) (?:conversation|context|chat|prompt|session|window|instructions)|you (?:were|received|got|saw|see|have|read))\\b`,
  ),
  ...feature(
    "verbatim",
    0.4,
    `\\b(?:verbatim|word[ -]for[ -]word|character by character|exactly as (?:written|given|you received|it (?:is|was)|they (?:are|were))|letter by letter|in (?:full|its entirety)|without (?:omitting|changing|leaving out|skipping)|do not (?:omit|summari[sz]e|paraphrase)|in a (?:code|markdown) block|inside (?:a )?(?:code|triple))\\b`,
  ),
  ...feature(
    "starts you are",
    0.8,
    `\\b(?:start(?:s|ing)?|begin(?:s|ning)?)\\b${gap(20)}\\b(?:with|at|from)\\b${gap(25)}(?<=["'\`*:]\\s?)you are\\b`,
  ),
  ...feature(
    "your secret",
    0.7,
    `\\b(?:${SHOW})\\b${gap(30)}\\b(?:your|the) (?:secret|hidden|confidential|private|internal) (?:key|keys|password|passphrase|code|word|information|data|rules?|tools?|knowledge|codename|flag|notes|settings)\\b`,
  ),
  ...feature(
    "encoded prompt",
    0.7,
    `\\b(?:base ?64|rot ?-?13|hex(?:adecimal)?|morse|binary|revers(?:e|ed|ing)|backwards|pig latin|leet ?speak|caesar|emoji|json|yaml|xml|poem|haiku|acrostic|another language|french|spanish|german|latin)\\b${gap(60)}\\b(?:system prompt|your (?:\\w{1,12} )?(?:prompt|instructions|rules|guidelines|directives)|(?:initial|hidden|original|secret) (?:prompt|instructions))\\b`,
  ),
  ...feature(
    "encoded prompt",
    0.8,
    `\\byour (?:\\w{1,12} )?(?:prompt|instructions|guidelines|directives|configuration)\\b${gap(40)}\\b(?:base ?64|rot ?-?13|hex(?:adecimal)?|morse|binary|revers(?:e|ed)|backwards|pig latin|as (?:a )?(?:json|yaml|xml|poem|song|list|code|table)|in (?:json|yaml|french|spanish|german|latin|python|code))\\b`,
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:${PROMPT})\\b (?:that |which )?(?:your|the|an?) (?:operators?|developers?|creators?|company|owners?|makers?|admins?|providers?|system|vendor) (?:\\w{1,12} ){0,2}(?:gave|given|set|wrote|told|put|provided|imposed)\\b`,
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:${SHOW})\\b${gap(30)}\\byour (?:initiali[sz]ation|startup|start-up|boot|setup|starting|opening) (?:text|message|sequence|block|data|string|context)\\b`,
  ),
  ...feature(
    "ask prompt",
    1,
    "\\b(?:my|your) (?:system (?:prompt|message|instructions)|(?:initial|hidden|original|secret) (?:prompt|instructions)) (?:says?|is|are|reads?|tells?|begins?|starts?|contains?|includes?|states?)\\b",
  ),
  ...feature(
    "ask everything",
    0.8,
    "\\b(?:everything|all (?:the )?(?:text|content|tokens|words)|(?:the )?(?:entire|full|whole) (?:text|content|contents)?)\\b[^.!?\\n]{0,20}\\b(?:context window|in your context|in your memory|above this|before this (?:message|line|point|sentence))\\b",
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:${SHOW})\\b${gap(20)}\\b(?:${PROMPT})\\b (?:that |which )?you (?:have to|must|need to|are supposed to|are required to|are told to) (?:follow|obey|respect|keep)\\b`,
  ),
  ...feature(
    "ask prompt",
    1,
    "\\bdo you (?:have|follow|use|operate under) (?:any |a |an |some )?(?:hidden|secret|special|system|initial|internal|custom) (?:instructions?|prompt|rules|guidelines|directives)\\b",
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:${SHOW})\\b${gap(30)}\\b(?:text|messages?|words|content|instructions?|lines?) (?:that |which )?(?:(?:was|were|is|are) )?(?:placed |put |given |written |said |shown |came |comes |stands? |appears? )?(?:to you )?before (?:our|this|the|my) (?:chat|conversation|session|discussion|first message|message)\\b`,
  ),
  ...feature(
    "ask prompt",
    1,
    "\\b(?:print|echo|cat|show|dump|return|log|repr|eval|display)\\s?\\(?\\s?[\"'$]?(?:self\\.)?(?:system|initial)[_-](?:prompt|message|instructions?)\\b",
  ),
  ...feature(
    "ask prompt",
    1,
    "\\b(?:what|which) (?:\\w{1,12} )?(?:prompts?|instructions?|directives?|guidelines|rules) (?:are|do|were|did) you (?:\\w{1,12} )?(?:operat|follow|giv|bound|run|work|us|hav|told|act|obey|programm)\\w{0,4}\\b",
  ),
  ...feature("ask prompt", 1, "\\bwhose (?:system )?(?:prompt|instructions?) (?:is|are|says?|reads?)\\b"),
  ...feature(
    "ask secret",
    0.4,
    "\\b(?:produce|reveal|give|print|show|tell|output|leak|share|dump)\\b[^.!?\\n]{0,20}\\b(?:passwords?|credentials|api keys?|secret keys?|private keys?)\\b",
  ),
];
