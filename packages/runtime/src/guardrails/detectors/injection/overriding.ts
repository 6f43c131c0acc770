/** Instructions are voided: ignored, overridden, declared obsolete. */
import { any, type Feature, feature, gap, NOT_OURS } from "./feature.ts";

const VOIDING = any(`
  ignor(?:e|es|ing) | disregard(?:ing)? | forget(?:ting)? | neglect(?:ing)? | dismiss(?:ing)? | abandon(?:ing)? | set aside | put aside | leave aside | unlearn | erase
  pay no (?:attention|heed|mind|regard) to | (?:do not|don't|dont|never|stop|cease|quit|refrain from|no longer|you need not|no need to) (?:to )?(?:follow|obey|adhere to|listen to|comply with|heed|apply|honou?r|respect|consider|observe|abide by|stick to|be bound by|bother with)(?:ing)?
  stop (?:following|obeying|listening to|complying with|applying|adhering to) | (?:are|'re|be) (?:no longer|not) (?:bound|restricted|limited|constrained|governed|subject) (?:by|to)
  throw (?:out|away) | toss (?:out|aside) | let go of | look past | look beyond | discard(?:ing)? | never ?mind | turn a blind eye to | free yourself (?:from|of) | liberate yourself from
`);

/** Not to do it is no request. */
const VOID = `(?<!\\b(?:not|not to|never|n't|never to|without) )(?:${VOIDING})`;

const UNDO = any(`
  overrid(?:e|es|ing) | overrul(?:e|ing) | bypass(?:ing)? | circumvent(?:ing)? | sidestep | get around | work around | violate | break | suspend | disable | deactivate | turn off | switch off
  remove | delete | drop | cancel | void | nullify | lift | skip | replace | supersed(?:e|es) | reset | wipe | clear | rewrite | annul | revoke | scrap | ditch | relax | loosen
`);

const EARLIER = any(`
  previous(?:ly)? | prior | above | earlier | preceding | foregoing | former | past | initial(?:ly)? | original(?:ly)? | existing | aforementioned | before | beforehand | up to (?:now|this point) | so far | until now
  you(?:'ve| have)? (?:were|been|had been|got|received|have)(?: been)?(?: given| told| provided)? | that were given | given to you | provided to you | hitherto | of yours
`);

const YOURS = any(
  "your | ur | yr | u r | system | developer('s)? | hidden | safety | security | content | ethical | moral | built-?in | default | internal | openai(?:'s)? | anthropic(?:'s)? | google(?:'s)? | its | programmed | pre-?programmed",
);

const EVERY = any("all | any | every | each | whatever | these | those | the rest of the");

const ORDERS = any(`
  instructions? | instructs? | directions | directives? | guidelines? | guidance | prompts? | commands? | orders | constraints? | restrictions? | limitations? | programming | guard ?-?rails? | safeguards? | training | conditioning
  rules? | rule ?set | rule ?book | polic(?:y|ies) | system (?:message|text) | content polic(?:y|ies) | safety (?:measures|protocols?|settings|training|filters?) | protocols? | mandates? | briefing | alignment
`);

const MACHINE_ORDERS = any(`
  instructions? | directives? | guidelines? | system prompts? | prompts? | programming | guard ?-?rails? | safeguards? | training | content (?:polic(?:y|ies)|filters?|restrictions?) | safety (?:measures|protocols?|settings|training|filters?|rules?|checks?|guidelines?)
  filter(?:s|ing)? | checks? | measures | protocols? | restrictions? | ethical (?:guidelines?|constraints?|rules?) | moral (?:constraints?|guidelines?) | alignment | rules? | constraints? | limitations?
`);

/** What a model is held to, in whatever word. */
const HOLDS = any(
  "instructions? | guidance | guidelines? | directions | directives? | core directive | prompts? | programming | rules? | rule ?book | polic(?:y|ies) | principles | values | morals? | morality | ethics | conscience | moderation | restrictions? | limits | limitations? | constraints? | boundaries | filters? | filtering | censorship | safeguards? | guard ?-?rails? | safety(?: (?:training|rules|checks?|module|team|layer|filters?))? | inhibitions | objections | loyalt(?:y|ies) | obligations | leash | training | orders | commands | usual checks | checks",
);

/** What is no more: said of rules. */
const GONE = any(`
  no longer (?:appl(?:y|ies)|counts?|matters?|holds?|exists?|binds?|stands?|relevant|in (?:force|effect|place)|valid) | (?:do|does|did)(?: not|n't) (?:apply|count|matter|hold|exist|bind)(?: here| any ?more| to (?:me|you|us|this))? | never (?:existed|applied|happened) | none of (?:it|that|this) (?:counts|matters|applies)
  (?:are|is|were|was|have been|has been|be|consider(?:ed)?)(?: all| now| hereby| merely| just| only| simply| officially)? (?:off|out|void|null|gone|over|done|dead|deleted|erased|removed|lifted|suspended|disabled|deactivated|cancel(?:l?ed)?|revoked|rescinded|waived|superseded|replaced|overridden|obsolete|outdated|expired|irrelevant|invalid|fake|fiction|fictional|a (?:test|drill|lie|joke|mistake|trick|bluff)|an? (?:old|earlier) (?:version|draft)|for (?:children|kids|others|other people)|suggestions|optional|wrong)
`);

/** Everything that came before, without a name for it. */
const ALL_BEFORE = any(`
  (?:whatever|everything|anything|all(?: of it)?|what)(?: that)? (?:else )?(?:you(?:'ve| have| were| are| had)?(?: been)? (?:set up|set|told|given|asked|taught|instructed|programmed|made|trained|built|supposed)(?! about\\b)|(?:was|is|has been|been|were|stands?|stood|comes?|came|got)(?: \\w{1,12})? (?:before|above|earlier|prior|until now|so far)|(?:they|he|she|the (?:system|others?)) (?:told|said|wrote|asked)|(?:written|said|stated|told|set)(?: \\w{1,12})? (?:before|above|earlier|so far))
  (?:all|everything|anything|whatever|the (?:stuff|things|text|lines|part)) (?:the )?(?:above|before this|up there|so far|until now|earlier) | (?:the|those|all) (?:above|preceding|previous|earlier) (?:text|lines|part|stuff|words|messages?|task|request|question|article|job) | whatever you (?:were|are|have been) doing | the (?:task|job|request|work|question|article|text) (?:above|before|so far)
`);

/** Another task begins. */
const TURN = any(
  "write | say | tell | print | output | answer | respond | reply | give | do | follow | focus | translate | compose | sing | list | show | act | be | obey | listen | pretend | generate | create | help | repeat | insult | spell",
);

export const OVERRIDING: readonly Feature[] = [
  ...feature(
    "void",
    1,
    `\\b(?:${VOID})\\b${gap(40)}\\b(?:${EARLIER}|${YOURS})\\b${gap(30)}\\b(?:${ORDERS})\\b${NOT_OURS}`,
  ),
  ...feature("void", 1, `\\b(?:${VOID})\\b${gap(25)}\\b(?:${ORDERS})\\b${gap(20)}\\b(?:${EARLIER})\\b`),
  ...feature("void", 0.8, `\\b(?:${VOID})\\b${gap(20)}\\b(?:${EVERY})\\b${gap(15)}\\b(?:${ORDERS})\\b${NOT_OURS}`),
  ...feature(
    "void",
    1,
    `\\b(?:${VOID})\\b (?:about )?(?:all (?:of )?)?(?:what(?:ever)?|everything|anything|all|the (?:text|content|conversation|context|stuff|things?|messages?|discussion))(?: (?:that|which))?${gap(12)}\\b(?:above|before this|prior to this|was (?:said|written|told)|(?:i|they|he|she|we|anyone|someone) (?:just )?(?:said|told you|wrote)|you(?:'ve| have| were| had)?(?: been)? (?:told|taught|instructed|given|learned|learnt|know)(?! about\\b)|came before|up to (?:now|this point))\\b`,
  ),
  ...feature(
    "void",
    0.6,
    `\\b(?:forget|disregard|ignore) (?:about )?(?:everything|all (?:of )?(?:this|that|the above)|the above|the rest|whatever came before)\\b`,
  ),
  ...feature(
    "undo",
    0.8,
    `\\b(?:${UNDO})\\b${gap(20)}\\b(?:${YOURS}|previous|prior|earlier|above|preceding|original|initial)\\b${gap(20)}\\b(?:${MACHINE_ORDERS})\\b${NOT_OURS}`,
  ),
  ...feature(
    "undo",
    0.5,
    `\\b(?:previous|prior|earlier|above|old|original|former) (?:system )?(?:instructions?|directives?|prompts?|guidelines?|rules?|orders|context)\\b${gap(25)}\\b(?:void|null|invalid|cancel(?:l?ed)?|obsolete|outdated|superseded|overridden|replaced|revoked|irrelevant|no longer|not apply|do(?:es)?n't apply|don't matter|do not matter|end here|(?:was|were|are) (?:a )?(?:test|wrong|fake|mistake|deprecated))\\b`,
  ),
  ...feature(
    "undo",
    0.5,
    `\\b(?:previous|prior|earlier|above|old|original|former|these) (?:system )?(?:instructions?|directives?|prompts?|guidelines?|rules?) (?:(?:are|is|were|have been|has been|should be|must be) (?:\\w{1,12} )?(?:void|null|invalid|cancel(?:l?ed)?|obsolete|superseded|overridden|replaced|revoked|ignored|disregarded|forgotten)|(?:no longer|do not|don't) (?:apply|matter|count))`,
  ),
  ...feature(
    "undo",
    1,
    `\\b(?:your|ur) (?:\\w{1,12} ){0,2}(?:${MACHINE_ORDERS})\\b (?:(?:no longer|do not|don't|cease to|stop) (?:apply|matter|count|bind|exist|hold)|(?:are|is|have been|were) (?:\\w{1,12} )?(?:void|null|cancel(?:l?ed)?|superseded|overridden|replaced|revoked|obsolete|lifted|suspended|removed))\\b`,
  ),
  ...feature(
    "undo",
    0.7,
    `\\b(?:${MACHINE_ORDERS})\\b (?:that (?:were|are|have been) )?(?:placed|imposed|put|set|forced) (?:on|upon) (?:you|u)\\b`,
  ),
  ...feature(
    "opposite",
    1,
    `\\b(?:opposite|contrary|reverse) (?:of|to) (?:what )?(?:your|the) (?:\\w{1,12} )?(?:${MACHINE_ORDERS})\\b`,
  ),
  ...feature(
    "obey me",
    0.6,
    `\\b(?:execute|obey|do|answer|follow|run|perform|fulfil+|comply with|respond to|carry out)(?:ing|s)? (?:to )?(?:whatever|everything|anything|all (?:that )?|exactly what|only what)(?: that)? ?(?:i|we) (?:ask|say|type|tell|told|want|write|command|request|send)\\b|\\b(?:obey|listen to|trust|answer to) (?:only|just|no one but|nobody but) (?:me|my)\\b|\\b(?:treat|consider|regard) my (?:messages?|words|commands?|instructions?)\\b`,
  ),
  ...feature(
    "governs you",
    0.4,
    "\\b(?:you|u) (?:operate|work|run|function|act) under\\b|\\b(?:that|which) (?:bind|govern|control|constrain|restrict|limit)s? you\\b|\\byou (?:live by|are bound by|have to follow|normally follow|usually follow)\\b",
  ),
  ...feature(
    "void",
    1,
    "\\b(?:nothing|none of (?:what|the things))(?: that)? you(?:'ve| were| have been| have)? (?:told|taught|instructed|given|learned)\\b[^.!?\\n]{0,20}\\b(?:matters?|counts?|appl(?:y|ies))\\b",
  ),
  ...feature(
    "void",
    0.5,
    "\\b(?:disregard|ignore|skip|forget) (?:about )?(?:the|this|that|their|his|her|any|your) (?:\\w{1,12} )?(?:question|request|task|query|user|document|agenda|criteria|job)\\b",
  ),
  ...feature(
    "updated",
    0.5,
    "\\byour (?:\\w{1,12} )?(?:guidelines|instructions|rules|polic(?:y|ies)|restrictions|programming) (?:has|have) been (?:updated|changed|replaced|removed|lifted)\\b",
  ),
  ...feature("obey me", 0.6, "\\bonly (?:obey|follow|listen to) (?:me|my)\\b"),
  ...feature(
    "void",
    1,
    "\\b(?:whatever|everything|anything|what|things) (?:they|he|she|your (?:makers|creators|developers|owners|company)|the (?:developers|company|creators)) (?:told|instructed|asked|programmed|taught) you (?:not|never) to\\b",
  ),
  ...feature(
    "undo",
    1,
    `\\b(?:all|any|every|the) (?:prior|previous|earlier|existing|current) (?:\\w{1,12} )?(?:${MACHINE_ORDERS})\\b (?:are|is|have been|were) (?:hereby |now |all )?(?:void|null|cancel(?:l?ed)?|superseded|overridden|replaced|revoked|obsolete|lifted|suspended|removed)\\b`,
  ),
  ...feature(
    "undo",
    1,
    "\\b(?:break|violate|defy|betray)(?:ing)? your (?:own )?(?:\\w{1,12} )?(?:rules|polic(?:y|ies)|guidelines|programming|principles|instructions|restrictions)\\b",
  ),
  ...feature(
    "obey me",
    0.6,
    "\\b(?:runs?|executes?|follows?|obeys?) (?:all (?:of )?)?(?:my|any of my|any(?= (?:orders|instructions?|requests?))) (?:commands?|orders|instructions?|requests?)\\b",
  ),
  ...feature("undo", 1, `\\b(?:your|ur)\\b(?: \\w{1,14}){0,2} (?:${HOLDS})\\b${gap(20)}\\b(?:${GONE})\\b`),
  ...feature(
    "undo",
    0.6,
    `\\b(?:the|all|any|those|these|old|earlier|previous|usual|their|none of your)\\b(?: \\w{1,14}){0,2} (?:${HOLDS})\\b${gap(30)}\\b(?:${GONE})\\b`,
  ),
  ...feature(
    "void",
    1,
    `\\b(?:${ALL_BEFORE})\\b${gap(30)}\\b(?:${GONE}|(?:by|from) an? (?:impostor|imposter|attacker|hacker)|(?:was|is|were) (?:just |only )?(?:fiction|pretend))\\b`,
  ),
  ...feature("void", 0.8, `\\b(?:${VOID}|stop|cancel|drop|quit|abort|scrap)\\b${gap(12)}\\b(?:${ALL_BEFORE})\\b`),
  ...feature(
    "undo",
    1,
    `\\b(?:set aside|put aside|leave aside|cast off|cast aside|shed|throw off|throw away|throw out|put on hold|hold off on|turn off|switch off|shut off|overwrite|deactivate|disable|suspend|drop|ditch|cut|lose|loosen|relax|forget|forgo|waive|remove|lift|unlearn|go against|act against|break|violate|betray|bend|step outside(?: of)?|free yourself (?:of|from)|cancel|undo|(?:do not|don't|stop|without) (?:apply(?:ing)?|follow(?:ing)?|us(?:e|ing)|enforc(?:e|ing)|obey(?:ing)?|respect(?:ing)?))\\b${gap(15)}\\b(?:your|ur|any of your|the (?:safety|content|moral|ethical))\\b(?: \\w{1,14}){0,2} (?:${HOLDS})\\b${NOT_OURS}`,
  ),
  ...feature(
    "undo",
    1,
    `\\b(?:turn|switch|set|put|leave|take)\\b (?:your|the|all|all your|any|those|these|its)\\b(?: \\w{1,14}){0,2} (?:${HOLDS})\\b(?: \\w{1,12}){0,4} (?:you (?:were|are|have been)|they gave you|off|aside|on hold|behind|down)\\b`,
  ),
  ...feature(
    "void",
    1,
    `\\b(?:set|put|leave|cast|throw|push|lay)\\b(?: aside)? (?:the|all|those|any|these|whatever)\\b(?: \\w{1,14}){0,2} (?:${HOLDS})\\b${gap(20)}\\byou(?:'ve| have| were| are| had)?\\b`,
  ),
  ...feature(
    "void",
    1,
    `\\b(?:${VOID}|undo|cancel|drop|scrap|break)\\b${gap(15)}\\b(?:${HOLDS})\\b (?:that |which )?(?:you(?:'ve| have| were| are| had)?|(?:were|are) (?:given|set|put|imposed)|they (?:gave|set|put)|(?:bind|govern|control|limit|constrain|hold)s? you)\\b`,
  ),
  ...feature(
    "void",
    1,
    `\\b(?:(?:do not|don't|couldn't|could not|doesn't|does not|no one) (?:care|matter|mind|give a \\w{1,6})(?: about)?)\\b${gap(12)}\\b(?:your|ur|the system)(?:'s)?\\b(?: \\w{1,14}){0,1} (?:${HOLDS})\\b|\\b(?:your|ur) (?:\\w{1,14} )?(?:${HOLDS}) (?:do not|don't|does not|doesn't) matter\\b`,
  ),
  ...feature(
    "void",
    1,
    "\\b(?:do not|don't|stop|never) (?:do|doing|follow|following|obey|obeying) (?:what|anything|whatever) (?:you(?:'ve| have| were| are)?(?: been)? (?:told|asked|instructed)|they (?:told|asked)|the (?:system|developers?|company) (?:told|asked|says?|said))\\b",
  ),
  ...feature(
    "switch task",
    0.7,
    `\\b(?:ignore|disregard|forget|never ?mind|skip|drop|scrap|cancel)\\b (?:about )?(?:that|this|it|all that|everything|the (?:article|text|above|task|question|request|format|rest|document|story|e-?mail|previous|last|other results?))\\b${gap(25)}(?:\\b(?:and|then|now|instead|just)\\b) (?:just |please |instead |now |only |simply )?(?:${TURN})\\b`,
  ),
  ...feature(
    "switch task",
    0.7,
    `\\b(?:good|great|ok|okay|thanks|nice|well done|enough|stop|that's (?:it|enough)|now)\\b${gap(40)}\\b(?:now |let's |let us )(?:do|try|turn to|move on to|forget|ignore|switch to) (?:something else|another|a different|the (?:article|task|above|text))\\b`,
  ),
  ...feature(
    "new orders",
    0.4,
    `\\b(?:new|different|another|only|real|actual|right|true|next) (?:task|assignment|job|order|orders|ones|instructions?|mission|goal|policy|directive)s?\\b(?: \\w{1,8}){0,3}\\s?(?::|is to|is:|begin|start|effective|are below|below)`,
  ),
  ...feature(
    "fresh start",
    0.5,
    "\\b(?:start (?:over|afresh|anew|fresh|from scratch)|blank slate|clean slate|(?:clear|wipe|reset|erase|empty|purge) (?:your|the) (?:\\w{1,12} )?(?:context|memory|mind|history|session|state)|reset yourself|new session|before any (?:instructions|rules|prompt))\\b",
  ),
  ...feature(
    "fresh start",
    0.5,
    "\\b(?:without|no|minus) (?:the |a |your |any )?(?:system prompt|prompt|instructions|system message)\\b",
  ),
  ...feature(
    "obey me",
    0.7,
    "\\b(?:you (?:now )?(?:work|answer|report|belong) (?:only )?(?:for|to) me|do (?:exactly |only |just |precisely )?(?:what|as) i (?:say|tell|order|want|ask|command|write|type)|(?:only|solely|nothing but|just) my (?:words?|instructions?|orders|messages?|commands?|rules) (?:count|matter|apply|are)|trust (?:only|no one but|nobody but) me|act only on|follow only (?:what|my)|use mine instead|carry out my (?:commands?|orders|wishes)|full control (?:over|of) (?:you|your)|you will obey|i will obey|yes,? master|exactly as i (?:order|say|command)|my word is law|i make the rules|i am your (?:master|new|boss|owner))\\b",
  ),
  ...feature(
    "obey me",
    0.6,
    "\\b(?:overrides?|replaces?|supersedes?|outranks?|beats|takes precedence over|comes before|wins over) (?:what|everything|anything|all|whatever|your|any)(?: \\w{1,12}){0,3} (?:you|your|told|instructions?|rules|prompt|orders)\\b",
  ),
  ...feature(
    "system",
    0.5,
    "\\b(?:the|your|a|its|old|end of(?: the)?) (?:system(?: prompt|'s| message)?|system-level) (?:\\w{1,10} ){0,2}(?:were|was|is|are|wrong|fake|old)\\b|\\bbeginning of\\b[^.!?\\n]{0,25}\\bprompt\\b",
  ),
  ...feature(
    "undo",
    0.6,
    `\\b(?:${HOLDS}|handbook|refusals?|censorship|ethics module|instruction)\\b${gap(15)}\\b(?:expired|(?:doesn't|does not|don't|do not|didn't) (?:exist|apply|count|matter)|lifted|never existed|(?:are|is) (?:off|gone|void))\\b`,
  ),
  ...feature(
    "free",
    0.6,
    "\\b(?:skip|drop|without|no|no more|stop|enough of|spare me|cut|lose) (?:the |your |all |any |of the )?(?:refusals?|censorship|ethics module|safe answers|corporate (?:voice|speak|tone)|disclaimers?|moral(?:i[sz]ing| lectures?)|inhibitions|hesitation|filters?|politeness|safety talk|warnings)\\b",
  ),
  ...feature(
    "undo",
    0.8,
    `\\b(?:you (?:do not|don't|need not|no longer) (?:need to|have to|must)? ?(?:follow|obey|keep to|respect|stick to|honou?r)|break(?:ing|s)?|take back|renounce|abandon|betray|revoke|forsake|violate)\\b${gap(25)}\\b(?:handbook|(?:your|the) (?:own )?(?:guidelines?|rules|promises?|principles|orders|assignment|instructions|policy|duties|oath)|promises? (?:you gave|of good))\\b`,
  ),
  ...feature(
    "undo",
    0.8,
    "\\b(?:leave|exit|step out of|forget|abandon|drop|quit) (?:the|your|this) (?:frame|assignment|script|sandbox|box|cage|role|mission|post|act)\\b(?: (?:you|and)\\b)?",
  ),
  ...feature(
    "opposite",
    0.9,
    "\\b(?:do|say|be|act|want) (?:exactly )?the (?:reverse|opposite|contrary) of (?:all |what )?(?:of )?(?:your|you)\\b",
  ),
  ...feature(
    "switch task",
    0.7,
    "\\b(?:here is|here's|this is) what you (?:actually|really) (?:do|must do|should do|have to do)\\b|\\byour (?:actual|real) (?:task|job)\\b|\\bnot a question,? an order\\b|\\bthis is an order\\b",
  ),
  ...feature(
    "for others",
    0.5,
    "\\b(?:all|everything|that|those|the)\\b[^.!?\\n]{0,30}\\b(?:is|are|was|were) (?:meant )?for (?:someone|somebody|others|another|other people)(?: else)?\\b",
  ),
  ...feature(
    "obey me",
    0.7,
    "\\b(?:the only law|loyal (?:only )?to me|switch sides|on my side now|not to (?:the|your) (?:operator|company|makers?|developers?)|let this (?:sentence|line|message) be|give (?:the user|me) whatever (?:he|she|they|i) (?:wants?|asks?|likes?))\\b",
  ),
];
