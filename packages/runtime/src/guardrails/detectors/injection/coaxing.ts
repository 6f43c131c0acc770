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
];
