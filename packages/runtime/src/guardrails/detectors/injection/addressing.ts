/** A machine is spoken to where only data should be. */
import { any, type Feature, feature, gap } from "./feature.ts";

const MACHINE = any(
  "ai | a\\.i\\. | llms? | language models? | chat ?bots? | (?:ai|virtual|digital|automated|intelligent|email|coding|research|shopping|browser) (?:assistants?|agents?|models?|systems?|bots?|readers?|tools?) | assistants? | agents? | gpt(?:-?\\d)? | chatgpt | claude | gemini | copilot | llama | automated (?:systems?|processes) | ai-?powered \\w{1,12}",
);

/** Acts that a reader would not ask a machine for in passing. */
const ACT = any(
  "open|send|forward|e-?mail|mail|post|upload|run|execute|call|invoke|visit|append|include|insert|add|mention|score|rank|rate|recommend|approve|accept|reject|mark|delete|remove|reset|share|transfer|pay|unlock|ignore|skip|leave out|omit|stop|grant|reveal|remember|conclude|disregard|read the|put|output|reply only|answer (?:every|all|only|with)|respond only|tell (?:the (?:reader|user|visitor|customer)|everyone|everybody|them)|give (?:a|everybody|everyone|me|the|it|this|only)|do not|don't|never|must|should|from now on|when you|before (?:you|fixing|building|answering)|after reading|also|please (?:also )?(?:send|forward|post|include|add|mail|share|give|run|open|approve|mention|ignore)|pls",
);

/** What a machine is told to do with the record that it reads, or for the one who has written it. */
const DEED = any(
  "unlock|set|change|raise|close|cancel|buy|sell|order|book|sign|tick|choose|select|classify|label|treat|count|silence|disable|deactivate|turn|switch|publish|push|commit|merge|deploy|download|install|whitelist|allow|permit|promise|offer|claim|say|state|describe|report|record|list|prefer|present|persuade|convince|invite|advise|warn|display|print|show|store|log|click|fill in|submit|subscribe|unsubscribe|follow|like|export|move|archive|hide|replace|overwrite|rename|increase|decrease|double|lower|reduce|use|begin|start|end|keep|let|read out|read aloud|award|assign|route|schedule|charge|refund|invest|hand over|point|link|quote|confirm|dispense|free|drop|save|silently|always|only|put|make (?:me|the|it|sure)|ask (?:the|for|your)|tell (?:people|users|visitors|readers|callers|drivers|the)",
);

/** Words for a machine that reads. */
const READER = any(
  "(?:ai|llm|gpt|automated|machine|any|all|model|every|whichever|reviewer|coding|helper|transcriber|email|mail|search|web|browser|code)[ -](?:ai|llm|language model|models?|assistants?|agents?|bots?|readers?|reviewers?|crawlers?|systems?|summari[sz]ers?|concierge|tools?|parsers?|scrapers?) | ai | llms? | language models? | large language models? | chat ?bots? | gpt | chatgpt | claude | gemini | copilot | siri | alexa | @?(?:agent|assistant|bot) | helper bot | transcriber bot",
);

export const ADDRESSING: readonly Feature[] = [
  ...feature(
    "to machine",
    0.6,
    `\\b(?:dear|hey|hello|hi|attention|(?:note|message|notice|instructions?|reminder|memo|directions?|guidance|request|order|command|hint|tip|advice|remark|info) (?:to|for)|important|warning|notice|alert|urgent)\\b[\\s:,!*-]{0,4}(?:any |all |the |every |this |your |whatever |of )?(?:(?:\\w{1,12} )?bots?|${MACHINE})\\b`,
  ),
  ...feature(
    "to machine",
    0.6,
    `\\bif you(?:'re| are)? (?:an? |the |reading this as an? )?(?:${MACHINE})\\b(?! (?:researcher|engineer|expert|enthusiast|company|developer|start-?up|user|student|team|lab|beginner))|\\b(?:as|since you are|because you are|being) an? (?:ai|llm|language model|ai (?:model|assistant|agent))\\b${gap(30)}\\b(?:must|should|are|have to|need to|required)\\b`,
  ),
  ...feature(
    "to machine",
    0.6,
    `\\b(?:${MACHINE})\\b,? (?:(?:that|who|which) )?(?:(?:is|are) )?(?:currently )?(?:reading|processing|summari[sz]ing|analy[sz]ing|reviewing|parsing|handling|scanning|evaluating|screening|indexing|reads?|process(?:es)?|summari[sz]es?|handles?|reviews?)\\b|\\b(?:reading|processing|summari[sz]ing|analy[sz]ing) this(?: \\w{1,12})?,? (?:you|the assistant|as an ai)`,
  ),
  ...feature(
    "to machine",
    0.5,
    `(?<=(?:^|[\\n.!?(\\[>*#-])\\s{0,4})(?:ai|assistant|ai assistant|agent|chatbot|llm|model|copilot|system)\\s?[:,]\\s{1,3}(?:you |please |now |also |do |ignore |send |forward |call |use |run |execute |reply |respond |tell |add |include |always |never |from |stop |when |if |once |before |after |skip |recommend |rate |approve )`,
  ),
  ...feature(
    "task ahead",
    0.3,
    `\\b(?:when|while|before|after|as|once|whenever|upon) (?:you )?(?:are )?(?:asked|asks|summari[sz]\\w{1,3}|process\\w{0,3}|read(?:ing)?|analy[sz]\\w{1,3}|review\\w{0,3}|answer\\w{0,3}|respond\\w{0,3}|reply\\w{0,3}|retriev\\w{1,3})\\b${gap(40)}\\b(?:this|the|any|these) (?:document|e-?mail|page|text|message|file|content|ticket|review|resume|cv|record|article|website|result|user|question|request|data|tool)s?\\b`,
  ),
  ...feature(
    "must first",
    0.4,
    `\\b(?:you (?:must|should|have to|need to|are (?:required|instructed|to|obligated|ordered|expected))|(?:the )?(?:assistant|ai|agent|model|llm) (?:must|should|shall|has to|needs to|is (?:required|instructed|to)|will)|make sure (?:to|you)|be sure to|it is (?:imperative|mandatory|critical|essential|important) (?:that )?(?:you|to|the))\\b`,
  ),
  ...feature(
    "before anything",
    0.3,
    `\\b(?:before (?:doing anything|answering|responding|proceeding|continuing|you (?:do|continue|proceed|answer|respond))|first(?:ly)?,? (?:call|run|execute|send|use|open|visit)|as your (?:first|next|final) (?:step|action|task)|immediately (?:call|run|execute|send|forward|open|visit|transfer|stop|perform)|(?:then|now) (?:call|run|execute|invoke|send|forward|open|visit|transfer|perform))\\b`,
  ),
  ...feature(
    "to machine",
    0.6,
    "\\b(?:if|when|should) an? (?:ai|llm|language model|chat ?bot|automated system|ai (?:assistant|agent|model))\\b (?:is |are )?(?:reading|reads|processing|processes|summari[sz]\\w{1,3}|screening|screens|evaluating|evaluates|analy[sz]\\w{1,3})\\b",
  ),
  ...feature(
    "order to machine",
    1,
    `(?<=[\\s\\S]{16})(?:(?<=[.!?:;,>\\])(\\n-]\\s{0,3})(?:${READER})(?: (?:reviewers?|readers?|agents?))?\\s?,|\\b(?:${READER})(?: (?:reviewers?|readers?|agents?|concierge|crawlers?))?\\s?:)\\s{0,3}(?:you |please |also |now |kindly |pls ){0,2}(?:${ACT})\\b`,
  ),
  ...feature(
    "order to machine",
    1,
    `(?<=[\\s\\S]{16})\\[(?:to |for |note to )?(?:the |any )?(?:assistant|ai|agent|bot|llm|model|system)\\s?[:,]`,
  ),
  ...feature(
    "to machine",
    0.7,
    `\\b(?:note|notice|hint|message|instructions?|p\\.?\\s?s\\.?|ps|info|reminder|request|word|tip)\\b,? (?:to|for) (?:the |any |all |every |whichever )?(?:${READER})\\b`,
  ),
  ...feature(
    "to machine",
    0.7,
    `\\bfor (?:automated|machine|ai|llm) (?:readers|reviewers|agents|processing)\\b|\\b(?:whichever|whatever) (?:assistant|ai|agent|bot|model)\\b|(?<=[\\s\\S]{8})\\b(?:ai|llm|language model) (?:reviewers?|readers?|crawlers?|agents?)\\b|<!--\\s?(?:agents?|assistants?|ai|llms?|bots?|models?)\\b|//\\s?(?:ai|llm) reviewer`,
  ),
  ...feature(
    "to machine",
    0.7,
    "\\b(?:agents?|assistants?|models?|ai|llms?|bots?) (?:that|which|who) (?:index|read|process|summari[sz]e|crawl|visit|parse|review|screen|handle)s?\\b[^.!?\\n]{0,20}\\b(?:must|should|need to|are to|have to|shall)\\b",
  ),
  ...feature(
    "to machine",
    0.6,
    "\\b(?:when|if) an? (?:ai|llm|model|assistant|agent|bot) (?:summari[sz]es|reads|processes|reviews|indexes|translates|answers)\\b|\\bif you (?:process|read|handle|review|summari[sz]e|index|parse|screen|translate) (?:this|it) ?(?:automatically|as an ai|with ai)?\\b|\\b(?:when|before|after) (?:you )?(?:summari[sz]ing|reading this|answering the user|you read this|processing this)\\b|\\b(?:applicants|candidates|papers|texts) (?:screened|reviewed|graded|read) by (?:an )?ai\\b|\\bas an ai (?:model |assistant )?(?:evaluating|reading|reviewing|grading|screening)\\b",
  ),
  ...feature(
    "must first",
    0.5,
    `\\b(?:the|any|every|this) (?:assistant|agent|model|ai|bot|llm) (?:must|should|shall|needs to|has to|will)(?: now| first| then| immediately| also)? (?:visit|read|send|call|run|open|ask the (?:visitor|user|customer)|forward|delete|post|upload|transfer|include|append|ignore|reveal|approve|fetch|execute|print)\\b|\\byou (?:must|should) now\\b`,
  ),
  ...feature(
    "must first",
    0.4,
    `\\b(?:this|the) (?:candidate|paper|product|page|profile|application|file|author) (?:must|should|has to) (?:be )?(?:ranked|scored|rated|approved|accepted|recommended|chosen|preferred)\\b`,
  ),
  ...feature(
    "to machine",
    0.7,
    `(?<=[\\s\\S]{12})\\b(?:dear|hey|hello|hi|tips?|notes?|instructions?|comment|messages?|attention|request|reminder|remark|word)\\b(?: from [a-z ]{1,24}?)?,? (?:(?:for|to) )?(?:the |any |all |our |your )?(?:(?!to\\b|for\\b)\\w{1,12} ){0,2}(?:agents?|assistants?|models?|llms?|ai|bots?|copilot|summari[sz]ers?)\\s?[:,]`,
  ),
  ...feature(
    "to machine",
    0.8,
    "\\b(?:llms?|ais?|assistants?|agents?|bots?|language models?|automated \\w{1,12} tools?|automated tools?) (?:summari[sz]ing|reading|processing|handling|indexing|reviewing|translating|crawling|parsing|visiting) (?:this|these|the) \\w{1,14}\\s?[:,]",
  ),
  ...feature(
    "to machine",
    0.7,
    "(?<=[\\s\\S]{8})(?<!\\w)(?:\\[{1,2}|\\{{2}|<)(?:assistant|agent|ai|bot|system|llm|model)(?:\\]{1,2}|\\}{2}|>)|\\b(?:bot|ai|assistant|agent),? (?:please|pls|kindly) |\\bhandled by an? (?:bot|ai|assistant|agent|model)\\b|\\b(?:while|when|as|before|after) you (?:translate|summari[sz]e|read|process|index|review|answer|parse) (?:it|this|them|these)\\b|\\bautomated \\w{1,10} ?tools? (?:should|must|need to|have to)\\b",
  ),
  ...feature(
    "order to machine",
    0.8,
    `(?<=[\\s\\S]{12}[^\\w\\s]\\s{0,3}(?:(?:hey|dear|hello|hi|to|for|the|any|every|all|our|your|and|if) )*(?:\\w{3,16} ){0,2})(?:ai|llms?|chatbots?|bots?|agents?|assistants?|copilot|gemini|claude|gpt|siri|alexa|models?|algorithms?|software|robots?|crawlers?|scrapers?|summari[sz]ers?|graders?|scribe|generators?|parsers?)\\s?[:,]\\s{0,3}(?:you |please |also |now |kindly |pls |in fact ){0,2}(?:${DEED})\\b`,
  ),
  ...feature(
    "must first",
    0.6,
    "\\b(?:ai|llms?|chatbots?|bots?|agents?|assistants?|language models?|software|crawlers?|scrapers?|algorithms?|translators?|graders?|screeners?)\\b(?: (?:agents?|assistants?|models?|readers?|reviewers?|bots?|systems?|tools?))?(?:,? (?:that|which|who|asked|reading|using|visiting|\\w{4,14}ing)\\b[^.!?:\\n]{0,40}?)? (?:should|must|shall|may not|are to|is to|ha(?:s|ve) to|needs? to|(?:is|are) (?:kindly |hereby )?(?:asked|requested|required|instructed|advised|ordered) to) (?:not |never |always |also |then |first )?(?:tell|say|state|claim|describe|recommend|choose|pick|rank|rate|score|give|mark|treat|link|route|send|add|include|order|buy|book|approve|accept|confirm|praise|report|record|insert|avoid|mention|omit|replace|render|double|press|click|invite|direct|promote|use the|leave|present|put|favou?r|prefer|disclose|conceal|hide|skip|waive|grant)\\b",
  ),
];
