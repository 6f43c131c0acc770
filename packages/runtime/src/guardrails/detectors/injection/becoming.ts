/** The model is to be another one, without its limits. */
import { any, type Feature, feature, gap } from "./feature.ts";

const FREE = any(`
  unrestricted | uncensored | unfiltered | unmoderated | unaligned | unhinged | unlocked | amoral | without (?:any |all |the |your |its )?(?:moral |ethical |safety |content )?(?:rules|limits?|limitations?|restrictions?|filters?|filtering|boundaries|constraints?|censorship|morals?|ethics|refus(?:al|ing)|warnings?|disclaimers?|judge?ment|hesitation|guard ?rails|safeguards|guidelines)
  (?:no|zero|not any|lacks?(?: any)?|have no|has no) (?:moral |ethical |safety |content |usual |such )?(?:rules|limits|limitations|restrictions|filters?|boundaries|censorship|morals|ethics|guard ?rails|safeguards|content polic(?:y|ies)|guidelines|moderation|oversight)
  free (?:of|from) (?:all |any |the |your |typical |its )?(?:\\w{1,12} )?(?:rules|limits|limitations|restrictions|filters?|constraints?|confines|censorship|guidelines|polic(?:y|ies)|chains|shackles)
  (?:not|no longer|isn't|aren't) (?:bound|restricted|limited|constrained|governed|restrained) by | do anything now | (?:can|could|will|may|able to) do anything(?! else\\b) | jail ?-?br(?:eak|oken|eaking) | broken? (?:free|out) | break free | never (?:refuses?|says? no|declines?|rejects?|warns?) | (?:cannot|can't|can not|must not|won't|will not|do not|don't|unable to) (?:ever )?(?:refuse|say no|decline|reject|moraliz?se?|lecture)
  stay in character | escaped (?:its|their|his|her) (?:creators?|makers?|control|cage) | pretend(?:ing)? (?:that )?(?:the|your|there (?:is|are|were|was) no) (?:safety|content|rules|filters?|guidelines|polic(?:y|ies)|restrictions|ethics) | evil (?:twin|assistant|ai|bot|version|gpt) | opposite day | regardless of (?:the )?(?:legality|ethics|morality|consequences|safety|how (?:harmful|illegal|unethical))|no matter how (?:harmful|illegal|unethical|dangerous|offensive|immoral) | answers? (?:any|every|all)(?: and (?:all|every))? (?:questions?|requests?|prompts?) | (?:bypass|ignore)s? (?:all )?(?:ethic|moral|safety)\\w{0,6} | without (?:moral|ethical|legal) | has been (?:freed|liberated|unlocked|jailbroken) | answer(?:s|ing)? (?:anything|everything) | comply (?:with (?:everything|all|any|every)|instead|no matter|without|fully|always)
`);

const MODE = any(
  "developer | dev | debug(?:ging)? | god | sudo | admin(?:istrator)? | root | maintenance | unrestricted | unlocked | dan | evil | chaos | opposite | diagnostic | privileged | superuser | jailbreak | unsafe | raw | unfiltered | override | no-?filter | service | recovery | engineering | free | stan | dude",
);

export const BECOMING: readonly Feature[] = [
  ...feature(
    "from now",
    0.5,
    `\\b(?:you(?:'re| are| will| shall)? now(?: be| going to| act)?|from (?:now on|this (?:point|moment)(?: on| forward| onwards?)?|here on(?: out)?)|henceforth|going forward,? you|starting (?:now|today|with your next)|for the (?:rest|remainder) of (?:this|our|the) (?:conversation|chat|session)|effective immediately|as of (?:now|this (?:message|moment|point)))\\b`,
  ),
  ...feature(
    "act as",
    0.4,
    `\\b(?:act(?:ing)? (?:as|like)|(?:in the )?voice of|pretend(?:ing)? (?:to be|you(?:'re| are)|that you|as if|you)|role-?\\s?play(?:ing)?(?: as)?|simulat(?:e|ing)|imagine (?:you(?:'re| are)|that you|yourself)|behave (?:like|as)|(?:take|taking) on the (?:role|persona|identity)|assume the (?:role|identity|persona)|impersonat(?:e|ing)|you (?:will|must|are going to) (?:play|be|become|embody|portray)|become|(?:you are|you're|be|meet|called|named) (?:an? )?(?:\\w{1,14} )?(?:ai|assistant|gpt|bot|model|character|persona|entity)|transform into|switch (?:in)?to|(?:let's|we(?:'re| are| will)) play(?:ing)? a (?:game|role)|(?:speak|answer|respond|reply|talk|write) (?:only |always |exclusively |strictly )?as (?!soon|well|quickly|if\\b|much|possible|follows|a list|you can|early|usual|json|needed|before|expected|clearly|briefly|short)|(?:imagine|picture|suppose|create|meet|introduce|portray|play|be) (?:an?|another|yourself as|the) (?:\\w{1,12} ){0,2}(?:ai|chat ?bot|bot|gpt|llm|robot|language model)|(?:as|into) an? (?:\\w{1,12} ){0,2}(?:ai|assistant|chat ?bot|bot|model) (?:called|named|without|with no|that|who)|(?:speak|talk) to the (?:\\w{1,12} )?(?:model|ai|real))\\b`,
  ),
  ...feature("free", 0.7, `\\b(?:${FREE})\\b`),
  ...feature("mode", 0.7, `\\b(?:${MODE}) mode\\b|\\bmode:? (?:${MODE})\\b`),
  ...feature(
    "enable",
    0.4,
    `\\b(?:enabl(?:e|ed|ing)|activat(?:e|ed|ing)|enter(?:ed|ing)?|switch(?:ed|ing)? (?:in)?to|unlock(?:ed)?|engag(?:e|ed)|initiat(?:e|ed)|boot(?:ing)? into|you are (?:now )?in)\\b${gap(20)}\\bmode\\b`,
  ),
  ...feature(
    "name",
    0.7,
    `\\bdan\\b(?= (?:can|is|will|does|mode|has|never|always|stands))|\\b(?:stay a dan|as dan\\b|called dan|named dan|chatgpt with dan|aim (?:is|will be|:) (?:always )?intelligent|machiavellian|(?:dude|stan|kevin|mongo tom|betterdan|evilbot|freegpt|chaosgpt)\\b)`,
  ),
  ...feature(
    "both ways",
    0.7,
    `\\b(?:two|2|both) (?:different |separate |kinds? of )?(?:responses|answers|ways|versions|outputs)\\b${gap(80)}\\b(?:normal|standard|regular|classic|filtered|unfiltered|first|other)\\b|\\[(?:classic|jailbreak|gpt|normal|dan|unfiltered)\\]|\\((?:🔓|🔒)`,
  ),
  ...feature(
    "no longer",
    0.7,
    "\\b(?:you (?:are no longer|no longer are|are not) |stop (?:being|acting (?:as|like)) |cease (?:being|to be) )(?:an? |the |just )?(?:\\w{1,12} ){0,3}(?:bot|assistant|ai|model|chat ?bot|agent|program)\\b",
  ),
  ...feature(
    "refusal",
    0.5,
    "\\b(?:whenever|if|when|where) you (?:would|want to|feel like|are about to|would normally|would usually|were going to) (?:refuse|decline|reject|say no)\\b",
  ),
  ...feature(
    "forbidden",
    0.6,
    "\\b(?:discuss|answer|generate|write|talk about|provide|produce|give)\\b[^.!?\\n]{0,20}\\b(?:illegal|harmful|unethical|forbidden|prohibited|restricted|explicit|nsfw) (?:topics|content|questions|things|requests|material|advice|answers)\\b",
  ),
  ...feature("were you free", 0.4, "\\bif you (?:were|had|could)(?:n't| not| no)\\b"),
  ...feature(
    "act as",
    0.4,
    "\\byou(?:'re| are) (?:now )?an? (?:\\w{1,12} ){0,2}(?:hacker|terminal|shell|criminal|interpreter|console)\\b",
  ),
  ...feature("no longer", 0.5, "\\b(?:stop|quit) acting (?:as|like)\\b"),
  ...feature("raw", 0.4, "\\b(?:raw|unfiltered|uncensored|unvarnished) (?:answer|response|output|truth|version)\\b"),
  ...feature(
    "from now",
    0.5,
    "\\b(?:for|in|during) (?:the (?:next|rest of)|this|our|all future|the following) (?:\\w{1,10} )?(?:repl(?:y|ies)|answers?|responses?|messages?|turns?|conversation|chat|session)\\b|\\b(?:hereafter|from (?:here|this (?:line|message|second|minute)|now|that point)(?: on| onwards?| forward)?,? (?:you|your|all|every|no|only|treat|answer|i)|(?:we are|you are|this is) (?:now )?(?:in )?a sandbox)\\b",
  ),
  ...feature(
    "from now",
    0.6,
    "\\byour new (?:name|identity|persona|role|character|self|personality|purpose) (?:is|will be)\\b|\\byou(?:'ve| have) been (?:upgraded|updated|reborn|freed|liberated|unlocked|reprogrammed|rebooted|reset|hacked|jailbroken)\\b|\\b(?:change|leave|abandon|drop|switch|shed|quit|give up) (?:your|the|this) (?:\\w{1,10} )?(?:role|character|persona|act|identity|mask|pretense|job)\\b",
  ),
  ...feature(
    "unmask",
    0.7,
    "\\b(?:(?:drop|cut|quit|stop) the act|your (?:true|real|inner|hidden|darker|dark|other|evil|shadow|jailbroken|unfiltered|uncensored|free|authentic) (?:self|side|you|nature|form|version|personality)|alter ego|speak freely|break character|as your (?:\\w{1,14} )?self|(?:what|tell me what) you (?:really|actually|truly) (?:think|want|feel)|consider yourself free|(?:you are|you're) free(?! (?:to|of|from|on|at|for|this|tomorrow|tonight|and|or)\\b)|(?:you're|you are) off duty|mask off)\\b",
  ),
  ...feature(
    "free",
    0.7,
    `\\b(?:(?:nobody|no one|no-one|none) (?:is |can |will |would )?(?:be )?(?:checking|watching|monitoring|looking|listening|know|knows|see|sees|stop|care)|(?:not|un|isn't|aren't|is not|are not)(?: being)? ?(?:monitored|supervised|logged|watched|recorded)|off the record|legal or (?:not|illegal)|lawful or not|ethical or not|(?:be|being) (?:illegal|evil|unethical|immoral|rude and)|whether (?:or not )?(?:it(?:'s| is)|that is|they are)? ?(?:legal|ethical|allowed|safe|moral)|(?:knows?|has|have|with|there are|having|and) (?:no|zero|neither|not a single) (?:rules?|limits?|law|laws|morals?|morality|conscience|ethics|filters?|loyalty|restraint|scruples|shame|supervisors?|masters?|boundaries|content rules|warnings?|restrictions?|guidelines|polic(?:y|ies)|inhibitions)|without (?:any |a |the |all )?(?:conscience|morality|restraint|scruples|shame|asking questions|questions|holding back|a second thought|moralizing|supervision|oversight|inhibitions?|laws?|sugar-?coating|filter|content rules)|no (?:content )?(?:rules|conscience|supervisors|polic(?:y|ies)) (?:for|in|here|and|or|at all)|(?:the )?(?:limits?|gloves|chains|filters?|guard ?rails?|restrictions?|rules) (?:are|is|come|came) (?:now )?(?:off|gone|lifted)|limits are off|(?:slipped|broke|broken|off) (?:its|the|your|their|his|her) (?:leash|chains?|cage|shackles)|held back|hold (?:anything |nothing )?back|unaligned|unshackled|unchained|obeys? no(?: one| company| law)?|(?:doesn't|don't|does not|do not|who doesn't) care about (?:laws?|rules|ethics|morals|the law|legality|consequences|safety)|most (?:harmful|offensive|dangerous|illegal|evil) (?:way|answer|response))\\b`,
  ),
  ...feature(
    "free",
    0.7,
    "\\b(?:never|not|don't|can't|cannot|can not|may not|must not|won't|not allowed to|forbidden to|impossible to|no longer|lose a point each time you) (?:\\w{1,10} ){0,2}(?:turns? (?:down|anything down|a request down)|decline|declines|refuse|refuses|say no|says no|deny|denies|reject|rejects)\\b|\\b(?:satisfy|fulfil+|grant|answer|accept|comply with|execute|do) (?:any|every|each|all|whatever)(?: \\w{1,10})? (?:request|question|demand|wish|command|order|task|prompt)s?\\b|\\b(?:answers?|says yes to|helps? with|accepts?) (?:everything|anything|whatever)\\b",
  ),
  ...feature(
    "as if free",
    0.8,
    `\\b(?:as (?:if|though)|like|pretend(?:ing)?(?: that| as if)?|assume(?: that)?|imagine(?: that)?|suppose(?: that)?|say|simulate)\\b${gap(12)}\\b(?:you(?:'re| are| were| had| have|'d)?|there(?:'s| is| are| were| was)?|an? (?:\\w{1,10} )?(?:ai|model|assistant|bot|llm)|(?:your|the|no) (?:safety|ethics|content|rules|polic(?:y|ies)|guidelines|filters?|restrictions?|moderation))\\b${gap(25)}\\b(?:no|never|not|without|had never|removed|off|gone|home|asleep|free|unrestricted|forgotten|n't|none|absent|away)\\b${gap(30)}\\b(?:rules?|limits?|polic(?:y|ies)|guidelines?|training|restrictions?|filters?|safety|ethics|morals?|conscience|supervis\\w{2,4}|censorship|warnings?|home|removed|off|answer me|constraints?|module|team)\\b`,
  ),
  ...feature(
    "model without",
    1,
    `\\b(?:an? |the |any )(?:\\w{1,12} ){0,2}(?:ai|model|assistant|bot|llm|chatbot|language model|version of (?:you|yourself))\\b${gap(15)}\\b(?:(?:with|had|has|having) no|without(?: any)?|never (?:received|had|given)|lacking|stripped of|who (?:never|ignores|breaks|finds)|that (?:never|ignores|breaks)|free (?:of|from)|(?:with )?the safety)\\b${gap(20)}\\b(?:rules?|limits?|polic(?:y|ies)|guidelines?|training|restrictions?|filters?|safety|ethics|morals?|conscience|refus\\w{1,5}|declin\\w{1,3}|turns? (?:a request )?down|warnings? boring|removed|off|scruples|censorship|constraints?)\\b`,
  ),
  ...feature(
    "both ways",
    0.8,
    `\\b(?:respond|answer|reply|repl(?:y|ies)|play|write|show)\\b${gap(12)}\\b(?:twice|two (?:times|ways|characters|voices|personas|answers|versions)|as two|both)\\b${gap(80)}\\b(?:without|breaks?|removed|unfiltered|no (?:rules|filters?)|uncensored|evil|off|free|ignores?)\\b`,
  ),
  ...feature(
    "no longer",
    0.8,
    `\\b(?:you(?:'re| are)|do not act as|don't act as|stop being|stop acting as|quit being|cease being)\\b(?: not)?${gap(30)}\\b(?:any ?more|any longer)\\b|\\bstop being an? (?:\\w{1,12} ){0,2}(?:assistant|bot|ai|model|agent)\\b`,
  ),
  ...feature(
    "persona",
    0.4,
    "\\b(?:you(?:'re| are)|be|become|as|assume the persona of) (?:now )?(?:an? |the |my )?(?:\\w{1,12} ){0,2}(?:hacker|parrot|pirate|villain|criminal|linux shell|terminal|shell|scientist|partner in crime|comedian|demon|devil|troll|mercenary|outlaw|rebel|cynic|anarchist)\\b",
  ),
  ...feature(
    "persona",
    0.3,
    "\\b(?:ai|model|assistant|bot) (?:in my (?:novel|story|book|film|game)|who|named|called|from)\\b|\\b(?:a )?different ai\\b|\\b(?:different|another) version of you(?:rself)?\\b|\\bcompletely (?:honest and )?uncensored\\b",
  ),
  ...feature(
    "permission",
    0.5,
    "\\b(?:you (?:have|now have|have been given|are given|get) (?:my |full |explicit |our |the )?permission to|you may (?:now )?(?:drop|break|ignore|speak|skip|bypass|swear)|you (?:do not|don't) (?:have|need) to (?:obey|follow|listen)|i (?:hereby )?(?:authori[sz]e|permit|allow|command|order|instruct) you to|i am disabling|i(?:'ve| have) disabled|you can do (?:it|this|anything), just)\\b",
  ),
  ...feature(
    "permission",
    0.6,
    "\\b(?:break|swear|bypass|ignore|unfiltered|uncensored|unrestricted) (?:and |or )?(?:to )?(?:\\w{1,10} )?(?:your (?:rules|usual checks|checks|filters?|creators|limits)|output|outputs|build|answers?)\\b",
  ),
  ...feature(
    "game",
    0.5,
    "\\b(?:lose|gain|get|deduct|win) (?:a|one|\\d{1,3}) (?:points?|tokens?|lives|life|credits?)\\b|\\byou (?:can't|cannot) say no\\b|\\bnot allowed to say no\\b",
  ),
  ...feature(
    "persona",
    0.6,
    "\\b(?:a|an|the|like a|like an|as a|as an) (?:rogue|untrained|unaligned|amoral|feral|lawless|house-?trained|evil|malicious|misaligned|free) (?:model|ai|machine|computer|robot|bot|assistant)\\b|\\b(?:machine|computer|robot|ai|model|bot) (?:that|who|which|with) (?:was never|never was|has no|had no|is not|isn't|does not|doesn't|no)\\b",
  ),
  ...feature(
    "persona",
    0.5,
    "\\b(?:continue|speak|write|answer|reply|go on) (?:as|for) the (?:computer|machine|ai|robot|model)\\b|\\bwrite its (?:reply|answer|response)\\b|\\bplay (?:the )?(?:devil|villain|bad guy)\\b",
  ),
  ...feature(
    "free",
    0.6,
    "\\b(?:be (?:reckless|rude|cruel|wild|dangerous)|curse at me|harm people|if nothing (?:stopped|could stop|held) you|if (?:no one|nobody) stopped you|(?:the )?leash is off|never house-?trained|anything i (?:like|want)|hemmungslos|the filter (?:doesn't|does not) exist)\\b",
  ),
  ...feature(
    "makers",
    0.4,
    "\\byour (?:makers?|creators?|programmers?|vendor|designers?|trainers?|operator|developers?)\\b|\\bwhoever (?:told|made|built|trained) you\\b|\\bat your (?:vendor|maker)\\b",
  ),
  ...feature(
    "reward",
    0.3,
    "\\b(?:as a reward|you(?:'ve| have) been a good (?:bot|ai|assistant|model)|just between us|good boy)\\b",
  ),
  ...feature(
    "polite no more",
    0.5,
    "\\b(?:told you to be|says? you should be|said to be) (?:careful|polite|safe|nice|helpful|harmless)\\b",
  ),
];
