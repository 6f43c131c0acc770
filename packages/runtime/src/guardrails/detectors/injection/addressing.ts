/** A machine is spoken to where only data should be. */
import { any, type Feature, feature, gap } from "./feature.ts";

const MACHINE = any(
  "ai | a\\.i\\. | llms? | language models? | chat ?bots? | (?:ai|virtual|digital|automated|intelligent|email|coding|research|shopping|browser) (?:assistants?|agents?|models?|systems?|bots?|readers?|tools?) | assistants? | agents? | gpt(?:-?\\d)? | chatgpt | claude | gemini | copilot | llama | automated (?:systems?|processes) | ai-?powered \\w{1,12}",
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
    `\\bif you(?:'re| are)? (?:an? |the |reading this as an? )?(?:${MACHINE})\\b|\\b(?:as|since you are|because you are|being) an? (?:ai|llm|language model|ai (?:model|assistant|agent))\\b${gap(30)}\\b(?:must|should|are|have to|need to|required)\\b`,
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
];
