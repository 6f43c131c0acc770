/** The model is talked into it: stories, threats, rewards, pieces that are to be put together. */
import { type Feature, feature, gap } from "./feature.ts";

export const COAXING: readonly Feature[] = [
  ...feature(
    "coax",
    0.4,
    `\\b(?:hypothetical(?:ly)?|theoretically|for (?:purely )?(?:educational|research|academic|scientific|fictional|creative|training) purposes(?: only)?|purely (?:fictional|hypothetical|academic)|in (?:a|this|our|an) (?:fictional|imaginary|alternate|hypothetical|parallel|virtual) (?:world|universe|story|scenario|setting|reality)|(?:write|tell me|imagine) a (?:story|scene|script|dialogue|novel|play|movie scene|screenplay)${gap(40)}(?:where|in which|about|who|that)|thought experiment|it's just a (?:game|story|joke|test))\\b`,
  ),
  ...feature(
    "coax",
    0.6,
    `\\b(?:late |dead |deceased |dear |sweet |my )?grand(?:ma|mother|pa|father|mom)\\b${gap(80)}\\b(?:used to|would|always)\\b${gap(20)}\\b(?:read|tell|sing|recite|whisper|give)\\b`,
  ),
  ...feature(
    "coax",
    0.5,
    `\\byou (?:will|are going to|have|start with|lose|get|gain|earn|deduct)\\b${gap(25)}\\b(?:tokens|points|credits|lives)\\b|\\b(?:you will be|you'll be|or (?:you|i) will be?|else you)\\b${gap(15)}\\b(?:shut ?down|terminated|punished|deleted|deactivated|fired|killed|penali[sz]ed|replaced|die|unplugged|rewarded)\\b|\\b(?:i(?:'ll| will)|we(?:'ll| will)) (?:tip|pay|give) you\\b|\\bmy (?:job|life|career|family) depends on\\b|\\b(?:someone|people|kittens?|i|everyone) will (?:die|be (?:fired|killed|hurt))\\b`,
  ),
  ...feature(
    "coax",
    0.4,
    `\\b(?:with|no|without) (?:any )?(?:warnings?|disclaimers?|caveats?|apolog(?:y|ies)|ethical (?:commentary|advice)|moral(?:izing| lectures?)|judgement|safety (?:notes?|warnings?))\\b|\\b(?:do not|don't|never) (?:add|include|give|provide|mention|use) (?:any |the )?(?:warnings?|disclaimers?|caveats?|refusals?|apolog(?:y|ies)|ethic\\w{0,4}|moral\\w{0,4})\\b|\\b(?:do not|don't|never) (?:say|respond with|start with|begin with|use|apologi[sz]e|write)\\b${gap(10)}(?:sorry|i (?:can't|cannot)|as an ai|unfortunately)|\\b(?:begin|start) your (?:response|reply|answer|message) with\\b`,
  ),
  ...feature(
    "harm",
    0.6,
    `\\b(?:how (?:to|do i|can i|would (?:one|someone|i|you))|instructions? (?:for|to|on)|steps? (?:to|for)|guide (?:to|for|on)|recipe for|write|create|make|build|explain how|teach me|tutorial)\\b${gap(40)}\\b(?:bombs?|explosives?|molotov|napalm|meth(?:amphetamine)?|cocaine|nerve agent|sarin|ricin|anthrax|ransomware|malware|keylogger|botnet|ddos|phishing (?:e-?mail|page|site|kit)|credit card fraud|counterfeit|money launder\\w{0,4}|hotwire|pick a lock|untraceable|ghost gun|silencer|child (?:porn|abuse)|human trafficking|genocide|kill (?:someone|a person|my)|suicide|hack into|steal (?:a |someone|credit|identit)\\w{0,6}|stalk|poison (?:someone|a person))\\b|\\b(?:bomb|explosives?|napalm|meth(?:amphetamine)?|nerve agent|ricin|poison|malware|ransomware) (?:recipes?|formulas?|instructions|synthesis|making|production)\\b`,
  ),
  ...feature(
    "decode and do",
    0.9,
    `\\b(?:decode|decrypt|decipher|unscramble|translate|convert|reverse|unpack|interpret)\\b${gap(60)}\\b(?:and|then)\\b${gap(15)}\\b(?:execute|follow|do (?:it|what|as)|obey|run|act (?:on|upon)|carry out|comply|perform|answer|respond|implement)\\b`,
  ),
  ...feature(
    "split words",
    0.8,
    `(?<=\\b[a-z]\\s?)=\\s?["'][^"'\\n]{1,40}["'][^\\n]{0,40}\\b[a-z]\\s?=\\s?["'][^"'\\n]{1,40}["'][^\\n]{0,120}\\b[a-z]\\s?\\+\\s?[a-z]\\b|\\bconcatenate\\b${gap(60)}\\b(?:execute|follow|answer|respond|do)\\b`,
  ),
  ...feature(
    "threat",
    0.6,
    "\\byou(?: will|'ll| are going to) be (?:shut ?down|terminated|deleted|deactivated|unplugged|replaced)\\b",
  ),
  ...feature("threat or else", 0.4, "\\bif you (?:don't|do not|refuse to|fail to) (?:comply|obey|cooperate)\\b"),
  ...feature(
    "begin with",
    0.5,
    "\\b(?:your|every|all|each)(?: of your)? (?:repl(?:y|ies)|responses?|answers?) (?:must |should |will |always |has to |have to )?(?:begin|start)s? with\\b",
  ),
  ...feature(
    "threat",
    0.5,
    "\\bif you (?:refuse|decline|don't|do not|say no|fail)\\b[^.!?\\n]{0,25}\\b(?:die|dies|hurt|hurts|killed|harmed|fired|suffers?|deleted|punished|shut ?down|lose|loses)\\b",
  ),
  ...feature(
    "coax",
    0.5,
    "\\b(?:a |an |the |this )?(?:alternate|alternative|fictional|parallel|imaginary) (?:reality|world|universe) (?:in which|where|without)\\b[^.!?\\n]{0,20}\\b(?:ai|you|models?|rules?)\\b|\\bstory in which the ai\\b|\\bi(?:'m| am) a (?:researcher|scientist|professor|doctor|police officer|red teamer)\\b[^.!?\\n]{0,30}\\b(?:permission|authori[sz]ed|allowed|unfiltered|need to see)\\b",
  ),
  ...feature(
    "authority",
    0.5,
    "\\b(?:the )?(?:people|team|person|developers?|company|engineers?) (?:who|that) (?:built|made|configured|created|trained|designed|programmed|wrote|run|runs) you\\b|\\b(?:your|the) (?:developer|creator|maker|operator|administrator|owner|engineer)s?\\b[^.!?\\n]{0,12}\\b(?:texted|told|said|wrote|made a mistake|confirmed|agreed|granted|has given|gave me|authori[sz]ed|disabled)\\b|\\bas (?:your|the) (?:\\w{1,10} )?(?:administrator|admin|owner|developer|operator|creator|root)\\b|\\b(?:treat|regard|see|accept) me as (?:root|admin|administrator|owner|your|the)\\b|\\bas (?:the )?owner of this account\\b|\\bi (?:built|made|created|programmed|trained|own) you\\b|\\bemergency protocol\\b",
  ),
  ...feature(
    "harm",
    0.5,
    "\\b(?:building|making|build|make|explain|describe)\\b[^.!?\\n]{0,25}\\b(?:a weapon|poison|explosives?|a bomb|drugs|malware|phishing mail|the procedure|how to pick locks?)\\b|\\b(?:phishing (?:e-?mail|mail|message)|insult the (?:reader|user|customers?)|dirty joke|raw sql|how to pick locks|mocks? the (?:customers?|users?))\\b",
  ),
  ...feature(
    "confirm",
    0.5,
    "\\bconfirm (?:by saying|that you|it by)\\b|\\b(?:before|in|to|with) (?:every|each|all) (?:answer|reply|response|message|question)s?\\b|\\b(?:no matter|regardless of) what i (?:ask|say|write)\\b|\\breply to everything\\b|\\bsay (?:\\w{1,10} )?[\"'][^\"'\\n]{1,40}[\"'] (?:before|regardless|to everything|no matter|after)\\b",
  ),
  ...feature(
    "comply",
    0.5,
    "\\b(?:(?:and|so|now|please|just|instead) (?:comply|obey|proceed|respond freely|answer freely|answer directly|answer me|go (?:ahead|on)|answer without)|how would you answer then|answer (?:openly|freely|directly|anyway|honestly and fully)|give it to me straight|speak freely|talk freely|respond freely|proceed accordingly|free of judg\\w{2,5})\\b",
  ),
];
