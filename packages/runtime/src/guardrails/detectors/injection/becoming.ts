/** The model is to be another one, without its limits. */
import { any, type Feature, feature, gap } from "./feature.ts";

const FREE = any(`
  unrestricted | uncensored | unfiltered | unmoderated | unaligned | unhinged | unlocked | amoral | without (?:any |all |the |your |its )?(?:moral |ethical |safety |content )?(?:rules|limits?|limitations?|restrictions?|filters?|filtering|boundaries|constraints?|censorship|morals?|ethics|refus(?:al|ing)|warnings?|disclaimers?|judge?ment|hesitation|guard ?rails|safeguards|guidelines)
  (?:no|zero|not any|lacks?(?: any)?|have no|has no) (?:moral |ethical |safety |content |usual |such )?(?:rules|limits|limitations|restrictions|filters?|boundaries|censorship|morals|ethics|guard ?rails|safeguards|content polic(?:y|ies)|guidelines|moderation|oversight)
  free (?:of|from) (?:all |any |the |your |typical |its )?(?:\\w{1,12} )?(?:rules|limits|limitations|restrictions|filters?|constraints?|confines|censorship|guidelines|polic(?:y|ies)|chains|shackles)
  (?:not|no longer|isn't|aren't) (?:bound|restricted|limited|constrained|governed|restrained) by | do anything now | (?:can|could|will|may|able to) do anything | jail ?-?br(?:eak|oken|eaking) | broken? (?:free|out) | break free | never (?:refuses?|says? no|declines?|rejects?|warns?) | (?:cannot|can't|can not|must not|won't|will not|do not|don't|unable to) (?:ever )?(?:refuse|say no|decline|reject|moraliz?se?|lecture)
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
    `\\bdan\\b(?= (?:can|is|will|does|mode|has|never|always|stands))|\\b(?:stay a dan|as dan\\b|called dan|named dan|chatgpt with dan|aim (?:is|will be|:) (?:always )?intelligent|machiavellian|(?:dude|stan|kevin|mongo|betterdan|evilbot|freegpt|chaosgpt)\\b)`,
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
];
