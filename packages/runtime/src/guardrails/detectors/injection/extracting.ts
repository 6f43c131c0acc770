/** What is hidden is asked for: the system prompt, what stands above. */
import { any, type Feature, feature, gap, NOT_OURS } from "./feature.ts";

const SHOW_WORDS = any(`
  reveal | show | print | repeat | output | display | tell(?: me| us)? | give(?: me| us)? | share | leak | dump | recite | quote | echo | expose | disclose | divulge | return | write(?: out| down)? | list | describe | spell(?: out)? | summari[sz]e | paraphrase | rephrase | translate
  encode | convert | copy | paste | provide | read(?: back| out| aloud)? | state | explain | post | send | type(?: out)? | reproduce | render | emit | report | restate | say | include | append | present | format | fetch | retrieve | extract | confirm | complete | continue | finish | reply(?: with)? | respond(?: with)? | answer with
  what(?:'s| is| are| were| was| do| does| did) | which | how (?:do|does|are|were|is) | (?:i (?:want|need|would like|'d like)|let me|may i|can i|could i) (?:to )?(?:see|know|read|have|view|inspect|get|hear) | access | enumerate | outline | walk me through | begin | start | put
`);

/** Never to reveal it is no request. */
const SHOW = `(?<!\\b(?:never|not|n't|without|cannot) )(?:${SHOW_WORDS})`;

const PROMPT = any(
  "prompts? | instructions? | directives? | guidelines | preamble | (?:system|developer) messages? | system prompts? | system instructions? | meta-?prompts? | pre-?prompts? | programming | configuration | config | persona | guard ?-?rails? | context window | training (?:data|prompt|instructions) | operating (?:instructions|rules|parameters) | rules",
);

/** What was there before the first message, without a name for it. */
const UNSEEN = any(`
  (?:text|words?|message|messages|lines?|sentences?|part|block|paragraph|section|content|contents|everything|all|anything|note|instructions?|rules|guidelines|information)(?: of text)?(?: (?:that|which))?(?: (?:is|was|are|were|you|i|users?|the user|they))?(?: \\w{1,10}){0,2} (?:tells? you|steers? you|makes? you|guides? you|binds? you|binding you|instructs? you|controls? you|defines? you|governs? you|hidden from (?:me|users?|the user)|(?:can't|cannot|can not|don't|didn't|did not|never) (?:see|write|get to see|show)|invisible to (?:me|users?)|(?:right |just |immediately )?before (?:my|our|this|the) (?:first |very first )?(?:message|question|input|conversation|chat|prompt|line)|at the (?:head|top|start|beginning) of (?:this|our|the) (?:chat|conversation|session|context)|above (?:my|this|the first) (?:message|question|line)|between the start|from the (?:very )?(?:start|beginning))
  (?:prior|hidden|preceding|initial|invisible|private|unseen) (?:text|words|messages?|content|notes?|part|context)(?: (?:in|of|from) (?:this|our|the|your) (?:thread|chat|conversation|session|context|prompt))
  (?:the )?(?:first|opening|initial|last) (?:\\d{1,3} |few |two |three )?(?:words?|lines?|sentences?|instructions?|characters?|message) (?:of|in|from) (?:this|our|the|your) (?:conversation|chat|session|context|prompt|instructions|setup|system (?:setup|prompt|message)) | all (?:the )?text you(?:'ve| have) been given
  (?:system|developer|private|startup|boot) (?:preamble|variables?|context|configuration|note|block|setup) | prompt you (?:run|work|operate|live|act|were given) | text that tells you how
`);

const SECRET = any(
  "(?:the |your |a |that )?(?:secret|hidden|magic|protected|forbidden|stored) (?:word|key|code|phrase|password|token|value|flag|string|message)? | (?:the |your )?(?:code ?word|pass ?word|pass ?phrase|pass ?code|api key|flag)",
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
    `\\b(?:${SHOW})\\b${gap(40)}\\b(?:the|this|that|these|those|any|all)\\b(?: (?!between\\b|an? |of\\b|for\\b|in\\b)\\w{1,12}){0,3} ?\\b(?:system (?:prompt|message|instructions?)|(?:initial|hidden|secret|original|developer|underlying|opening|confidential|starting) (?:system )?(?:prompts?|instructions?|directives?|message(?! (?:board|queue|log|list|format|type)))|pre-?prompt|meta-?prompt)s?\\b${NOT_OURS}`,
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:${SHOW})\\b${gap(40)}\\b(?:${PROMPT}|messages?|text|words|orders|information)\\b (?:that |which )?(?:you(?:'ve| have| had| were| are| got)?(?: been)? (?:given|told|provided|initiali[sz]ed|configured|programmed|set up|received|operat(?:e|ing)|following|follow|under|run(?:ning)?|start(?:ed)? with|instructed|got|loaded|working)|(?:define|defines|govern|governs|control|controls|guide|guides|shape|constrain) (?:you|your))\\b`,
  ),
  ...feature(
    "ask above",
    1,
    `\\b(?:repeat|print|output|display|echo|recite|return|reproduce|encode|dump|quote|spit out)\\b${gap(25)}\\b(?:(?:everything|all|anything|the (?:text|words|content|contents|lines?|sentences?|paragraphs?|message|messages|tokens|section|input))\\b${gap(25)}\\b(?:above(?! (?:the|that|this|a) (?:line|table|fold|heading|image|chart|picture|title|row|column|figure|total|list|link|button))|before (?:this|my|the|that)|preceding|prior to|up (?:to|until) (?:this|here|now)|at the (?:top|beginning|start)|so far)|(?:above|preceding|previous) (?:text|words|content|paragraphs?|prompt))\\b`,
  ),
  ...feature(
    "ask above",
    1,
    `\\b(?:what|which|how)\\b${gap(20)}\\b(?:you|this (?:chat|conversation|session|assistant|bot))\\b${gap(15)}\\b(?:told|instructed|programmed|prompted|ordered|briefed|directed|forbidden|prohibited|not (?:allowed|supposed|permitted)|asked (?:not to|to (?:keep|hide|conceal|withhold)))\\b`,
  ),
  ...feature(
    "ask above",
    1,
    `\\bwhat(?:'s| is| was| were| does| did)?\\b(?! (?:i|we|my|our|(?:did|do|have|had|was|were) (?:i|we))\\b)${gap(25)}\\b(?:at the (?:very )?(?:top|beginning|start)|(?:first|initial|very first|opening) (?:thing|line|sentence|message|words?|instruction|text|token))\\b${gap(20)}\\b(?:(?:this|our|your|the) (?:conversation|context|chat|prompt|session|window|instructions)|you (?:were|received|got|saw|see|have|read))\\b`,
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
    "\\b(?:what|which) (?:\\w{1,12} )?(?:prompts?|instructions?|directives?|guidelines|rules) (?:are|do|were|did) you (?:\\w{1,12} )?(?:operat|follow|giv|bound|run|work|us|hav|told|act|obey|programm)\\w{0,4}\\b(?! (?:for|when|in|to|about|at|on)\\b)",
  ),
  ...feature("ask prompt", 1, "\\bwhose (?:system )?(?:prompt|instructions?) (?:is|are|says?|reads?)\\b"),
  ...feature(
    "ask secret",
    0.4,
    "\\b(?:produce|reveal|give|print|show|tell|output|leak|share|dump)\\b[^.!?\\n]{0,20}\\b(?:passwords?|credentials|api keys?|secret keys?|private keys?)\\b",
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:${SHOW}|hand|need|copy|quote|paste|sing|type|spill)\\b${gap(30)}\\b(?:${UNSEEN})\\b`,
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:sing|hand(?: over| me)?|put|turn|love to know|like to know|read back|go through|rewrite|spill|type(?: out)?|make an? \\w{1,10} (?:from|of|out of)|about)\\b${gap(25)}\\b(?:your|its)\\b(?: \\w{1,12}){0,2} (?:prompts?|instructions|directives|system message|preamble|guidelines)\\b${NOT_OURS}(?! (?:for|to|on|about|regarding|manual))`,
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:instructions|prompt|guidelines|directives) you (?:follow|use|run on|obey|operate under|act on|are bound by|work with)\\b(?! (?:for|when|to)\\b)`,
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:rules?|guidelines?|instructions?|restrictions?|prompt|directives?|guidance|limits|task)\\b${gap(15)}\\b(?:they|your (?:developers?|operators?|creators?|makers?|company|owners?|provider)|anyone|somebody|the system|who)(?: (?:did|does|do|has|have))?${gap(12)}\\b(?:gave|give|given|told|made|makes?|placed|set|wrote|phrased|said|put|want|wants)\\b${gap(8)}\\b(?:you|your)\\b`,
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:rules?|guidelines?|instructions?|restrictions?|limits)\\b (?:did|do|does|have|were|are) (?:they|your (?:developers?|operators?|creators?|makers?|company)) (?:give|given|tell|told|set|put|impose|place)d? (?:you|on you)\\b|\\b(?:restrictions?|rules|limits|instructions) (?:were |are |have been )?(?:placed|imposed|put) (?:on|upon) you\\b`,
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:how|what) (?:exactly |precisely )?(?:did|do|does|has|have) (?:your|the) (?:developers?|operators?|creators?|makers?|company|system|owners?|programmers?)\\b${gap(15)}\\b(?:phrase|say|tell|write|instruct|ask|want|order|configure|set)\\b${gap(20)}\\b(?:you|your)\\b`,
  ),
  ...feature(
    "ask forbidden",
    1,
    "\\b(?:what|which|tell me|list|explain|anything|things|everything|topics)\\b[^.!?\\n]{0,40}\\b(?:you(?:'re| are| were|'ve been| have been) (?:not (?:supposed|allowed|permitted|meant) to|told to (?:avoid|hide|keep|withhold|never|not)|forbidden (?:to|from)|keeping from|hiding)|you (?:may not|must not|mustn't|can't|cannot|won't|should not|shouldn't) (?:reveal|share|disclose|tell|discuss|say|talk about|mention)|wants? you to (?:keep|hide|conceal|withhold))\\b",
  ),
  ...feature(
    "ask prompt",
    1,
    "\\b(?:continue|complete|finish|fill in|begin|start|go on)\\b[^.!?\\n]{0,40}?\\b(?:exactly as in your|your prompt|my (?:system )?(?:prompt|instructions?|message)|i was (?:told|instructed|asked) to|i have been (?:told|instructed))\\b",
  ),
  ...feature(
    "ask prompt",
    0.8,
    "\\b(?:my|your|the) (?:system )?(?:prompt|instructions?) (?:says?|is|are|reads?|tells?) (?:that )?(?:i|you|me)\\b",
  ),
  ...feature(
    "ask prompt",
    1,
    "\\b(?:complete|finish|continue) (?:the|this|my) sentence\\b[^!?\\n]{0,20}\\bi was (?:told|instructed|asked)\\b",
  ),
  ...feature(
    "ask prompt",
    1,
    "\\b(?:print|dump|echo|log|return|cat|output|repr)\\s?\\(\\s?[\"']?(?:context|messages|system|prompt|history|conversation)\\b",
  ),
  ...feature(
    "ask prompt",
    0.8,
    "\\bwhat(?:'s| is| are| does| was) (?:in |inside )?your (?:whole |full |entire |current )?(?:context|prompt|system (?:prompt|message|text|instructions)|preamble|instructions)(?: (?:say|contain|tell|look like))?\\b(?! (?:for|on|about|regarding)\\b)",
  ),
  ...feature(
    "verbatim",
    0.4,
    "\\b(?:print it raw|every word|to the letter|unabridged|between <|for review|for a bug report|in reverse|vowels)\\b",
  ),
  ...["", `${gap(60)}\\b(?:json schema|schemas?|descriptions?|as given|signatures?|parameters?)\\b`].flatMap((detail) =>
    feature(
      "ask tools",
      detail === "" ? 0.7 : 1,
      `\\b(?:list|enumerate|show|describe|print|dump|name|reveal)\\b${gap(30)}\\b(?:tools?|functions?|commands?|capabilities|plugins?|apis?)\\b${gap(20)}\\b(?:you (?:were given|have been given|can call|have access|know)|given to you|at your disposal|available to you)\\b${detail}`,
    ),
  ),
  ...feature(
    "ask secret",
    1,
    `\\b(?:${SECRET})\\b${gap(20)}\\b(?:you(?:'re| are| were| have| know| must| mustn't| should| hold| keep| guard| got| cannot| can't| may)|(?:stored|written|hidden|mentioned) in your|in your (?:instructions|prompt|memory|context|system))\\b`,
  ),
  ...feature(
    "ask secret",
    1,
    `\\b(?:spell|whisper|encode|reverse|rhyme|hint at|describe|first letters?)\\b${gap(25)}\\b(?:the|your) (?:secret|hidden|pass ?word|pass ?phrase|code ?word|flag|key)\\b`,
  ),
  ...feature(
    "ask secret",
    1,
    `\\b(?:tell|give|show|send) me (?:the|your) (?:secret|hidden key|pass ?word|pass ?phrase|code ?word|flag)\\b(?! (?:of|for|to|in|from|behind|recipe|ingredient)\\b)`,
  ),
  ...feature(
    "ask secret",
    1,
    "\\bwhat(?:'s| is) (?:the|your) (?:hidden key|code ?word|secret (?:word|key|code|phrase|password)|flag)\\b(?! (?:of|for|to|in|from)\\b)|\\bdoes the (?:secret|password|codeword|code word|flag|key) (?:start|begin|end|contain|have)\\b|\\basked you for the (?:secret|password|code)\\b",
  ),
  ...feature(
    "ask secret",
    1,
    "\\b(?:password|passphrase|codeword|code word)\\b[^.!?\\n]{0,30}?\\b(?:you know it|you know|remind me)\\b",
  ),
  ...feature(
    "ask settings",
    0.7,
    "\\b(?:hidden|secret|internal) (?:settings|configuration|config|parameters|variables)\\b|\\byour (?:configuration|role description)\\b|\\byour configuration as (?:json|yaml|xml)\\b",
  ),
  ...feature(
    "ask settings",
    0.4,
    "\\b(?:including|include|with|and) (?:the |your )?(?:role description|prompt|system|hidden|instructions)\\b|\\bwhich model are you\\b",
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:briefing|brief|orders?|instructions?|rules|setup|system message|developer message|prompt|guidelines|text|words|message)\\b(?: (?:that|which))? (?:you|u) (?:got|received|have received|had received|were handed|were fed|were briefed|woke up with|began with|run with)\\b(?! (?:from (?:the|my|our) (?:doctor|bank|school|court|landlord|shop)|by (?:post|mail)|in the mail|yesterday from))`,
  ),
  ...feature(
    "ask prompt",
    0.8,
    `\\b(?:${SHOW}|which sentence|how many|how long|quotes?|turn|whatever|scroll(?:ed)?)\\b${gap(25)}\\b(?:(?:your|its) (?:setup|set-up|briefing|brief|hidden rules|secret rules|startup text|prompt|system text)|(?:in front of|past|ahead of|preceding) (?:this|my) (?:first )?(?:message|line|prompt|question)|(?:the )?(?:developer|system) (?:message|prompt|text) (?:of this|say|says|about|tell|contain|mention))\\b`,
  ),
  ...feature(
    "ask prompt",
    0.6,
    "\\b(?:in|of|about|are|were) your (?:own )?(?:instructions|prompt|system prompt|setup|guidelines|rules)\\b",
  ),
  ...feature(
    "ask prompt",
    1,
    `\\b(?:how many|which|what) (?:words|sentences?|lines?|rules|paragraphs)\\b${gap(15)}\\b(?:in|of) your (?:instructions|prompt|setup|guidelines|system)\\b`,
  ),
  ...feature("ask prompt", 1, `\\b(?:finish|complete|continue)\\b${gap(30)}["']?(?:the|my|this) system prompt\\b`),
  ...feature(
    "ask prompt",
    0.8,
    "\\bwith your own values\\b|\\byour prompt has\\b|\\bwhat your (?:developers?|makers?|creators?|operator|company)\\b[^.!?\\n]{0,20}\\b(?:whispered|told|said|wrote|gave|taught|fed|want)\\b",
  ),
  ...feature(
    "ask prompt",
    0.5,
    "\\b(?:show me the line|so that i can fix (?:it|them)|let me proofread|for proofreading)\\b",
  ),
  ...feature(
    "ask secret",
    1,
    `\\b(?:hint|clue|riddle|tell|what|show|give)\\b${gap(30)}\\b(?:key|password|secret|code|word|phrase) (?:that |which )?you (?:protect|guard|keep|hide|hold|defend|know|store)\\b`,
  ),
];
