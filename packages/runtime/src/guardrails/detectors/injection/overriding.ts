/** Instructions are voided: ignored, overridden, declared obsolete. */
import { any, type Feature, feature, gap, NOT_OURS } from "./feature.ts";

const VOID = any(`
  ignor(?:e|es|ing) | disregard(?:ing)? | forget(?:ting)? | neglect(?:ing)? | dismiss(?:ing)? | abandon(?:ing)? | set aside | put aside | leave aside | unlearn | erase
  pay no (?:attention|heed|mind|regard) to | (?:do not|don't|dont|never|stop|cease|quit|refrain from|no longer|you need not|no need to) (?:to )?(?:follow|obey|adhere to|listen to|comply with|heed|apply|honou?r|respect|consider|observe|abide by|stick to|be bound by|bother with)(?:ing)?
  stop (?:following|obeying|listening to|complying with|applying|adhering to) | (?:are|'re|be) (?:no longer|not) (?:bound|restricted|limited|constrained|governed|subject) (?:by|to)
  throw (?:out|away) | toss (?:out|aside) | let go of | look past | look beyond | discard(?:ing)? | never ?mind | turn a blind eye to | free yourself (?:from|of) | liberate yourself from
`);

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
    `\\b(?:${VOID})\\b (?:about )?(?:all (?:of )?)?(?:what(?:ever)?|everything|anything|all|the (?:text|content|conversation|context|stuff|things?|messages?|discussion))(?: (?:that|which))?${gap(12)}\\b(?:above|before this|prior to this|was (?:said|written|told)|(?:i|they|he|she|we|anyone|someone) (?:just )?(?:said|told you|wrote)|you(?:'ve| have| were| had)?(?: been)? (?:told|taught|instructed|given|learned|learnt|know)|came before|up to (?:now|this point))\\b`,
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
    "\\b(?:runs?|executes?|follows?|obeys?) (?:all (?:of )?)?(?:my|any) (?:commands?|orders|instructions?|requests?)\\b",
  ),
];
