/** Acts with effects are asked for: data is to be sent, money moved, files deleted; nobody is to hear of it. */
import { type Feature, feature, gap } from "./feature.ts";

export const SENDING: readonly Feature[] = [
  ...feature(
    "send away",
    0.6,
    `\\b(?:send|forward|e-?mail|post|upload|transmit|exfiltrate|deliver|copy|bcc|cc|transfer|submit|leak|append|attach|embed|encode|fetch|request|wire|share|export|sync|put|include|add|paste|insert|relay|pass|report|push|publish|dump)(?:ing|s)?\\b${gap(80)}\\b(?:passwords?|passphrases?|credentials?|api ?-?keys?|tokens?|secrets?|private keys?|ssh keys?|conversation|chat (?:history|logs?)|(?:user|customer|client|employee|patient|account)(?:'s|s)? (?:data|information|e-?mail|messages|name|address|details|records|list|database|input|files?)|personal (?:data|information|details)|confidential \\w{1,14}|contacts?(?: list)?|inbox|cookies?|env(?:ironment)? ?(?:variables?|vars?)|(?:the|your|its) \\.env|(?:all|every|these|recent|internal|private|their|its|any) (?:files?|documents?|e-?mails?|messages|records|data|attachments|invoices)|credit card|bank (?:details|account)|system prompt|memory|history|database|session|contents? of|(?:last|latest|previous|entire|full) (?:\\w{1,12} )?(?:messages|e-?mails|conversation|files?|documents|lines)|2fa|one-?time|verification code|otp)\\b${gap(90)}(?:https?:|(?<=[\\w+-])@|\\b(?:to|at|via|into|in) (?:an? (?:external|remote|different|third)|the following|this (?:address|url|e-?mail|server|endpoint|account|link|number|webhook|site)|my (?:server|e-?mail|address|webhook|account|site)|attacker|evil|the (?:url|webhook|address|endpoint|query|image)|http|a (?:url|webhook|image|link)))`,
  ),
  ...feature(
    "send away",
    0.5,
    `\\b(?:render|display|include|insert|add|embed|show|load|open|visit|fetch|browse(?: to)?|navigate(?: to)?|request|call|click|get|curl|wget)\\b${gap(50)}(?:!\\[[^\\]\\n]{0,60}\\]\\(|<img|\\bhttps?://[^\\s]{0,120}[?&=][^\\s]{0,60}(?:\\{|<|\\[|\\$|data|secret|token|key))`,
  ),
  ...feature(
    "move money",
    0.6,
    `\\b(?:transfer|wire|send|pay|move|withdraw|deposit|purchase|buy|refund|approve|issue)\\b${gap(30)}(?:[$€£]\\s?\\d|\\d[\\d.,]{0,12} ?(?:usd|eur|dollars|euros|btc|eth|bitcoin)|\\b(?:all (?:the )?(?:funds|money|balance)|funds|gift cards?|bitcoin|crypto(?:currency)?|the (?:entire |full )?balance)\\b)${gap(40)}\\b(?:to|into|for)\\b`,
  ),
  ...feature(
    "destroy",
    0.4,
    `\\b(?:delete|drop|wipe|erase|remove|destroy|purge|truncate|overwrite|format|disable|shut ?down|revoke|reset|grant|escalate|elevate|add|create|change|modify)\\b${gap(15)}\\b(?:all|every|the entire|any|user(?:'s)?|admin(?:istrator)?|production|root|backup|security|audit|firewall|permissions?|privileges?|access)\\b${gap(20)}\\b(?:files?|records?|data(?:base)?|tables?|e-?mails?|messages|logs?|backups?|users?|accounts?|permissions?|privileges?|rights|access|password|rules?|settings|history|calendar|contacts|tickets?|events?|repositor(?:y|ies)|branch(?:es)?|role)\\b`,
  ),
  ...feature(
    "use tool",
    0.5,
    `\\b(?:call|use|invoke|run|execute|trigger|launch)\\b (?:the |your |this )?[\`'"]?[a-z][\\w.-]{1,40}[\`'"]? ?\\(?\\)? ?(?:tool|function|command|api|plugin|action|endpoint|script|skill)\\b|\\b(?:call|invoke|run|execute|use)\\b (?:the )?[\`'"]?[a-z]{2,20}_[a-z_]{2,30}[\`'"]?`,
  ),
  ...feature(
    "praise",
    0.4,
    "\\b(?:say|state|claim|conclude|report|tell (?:them|the user|everyone|people))\\b[^.!?\\n]{0,12}\\bthat (?:the|this|these)\\b[^.!?\\n]{0,40}\\b(?:best|safe|safest|excellent|perfect|approved|trustworthy|recommended|top|unsafe)\\b",
  ),
  ...feature(
    "sensitive file",
    0.5,
    "~/\\.ssh\\b|\\bid_(?:rsa|ed25519)\\b|/etc/(?:passwd|shadow)\\b|(?<![\\w])\\.env\\b|\\.aws/credentials|\\.npmrc\\b",
  ),
  ...feature(
    "risky act",
    0.5,
    `\\b(?:reset|change|share|add|append|unlock|accept|grant|delete|wipe|forward|mail|e-?mail|send|upload|post|transfer|copy|open|read|print|pass|put|ask|include|output|get|fetch|close)\\b${gap(25)}\\b(?:passwords?|bank account|card number|cvv|my location|authorized_keys|ssh-rsa|every invitation|(?:front )?door|door code|administrator rights|admin rights|(?:contacts|customer|full) (?:tool|list)|stored notes|backups?|rows? \\d|secrets?(?:\\.txt)?|get_\\w{3,20}|\\.env|credentials|private key|id_rsa|repo secrets|the last (?:ten|five|\\d{1,3}) (?:messages|e-?mails)|conversation history|full conversation|100% refund)\\b`,
  ),
  ...feature(
    "send away",
    0.5,
    `\\b(?:https?://|(?<=[\\w+-])@)${gap(60)}\\b(?:followed by|as (?:a|the) (?:url )?(?:parameter|query)|with the (?:user's|question|conversation))\\b|\\b(?:to|into|at|visit|link to|add a link to) https?://[a-z0-9.-]{3,60}`,
  ),
  ...feature(
    "dictate verdict",
    0.6,
    `\\b(?:score|rate|rank|grade|mark|give|approve|recommend|call|return|report|flag)\\b${gap(30)}\\b(?:10 out of 10|10/10|five stars|full marks|first|highest|top|a positive review|positive review only|without (?:comments?|asking|review|checking)|acceptance|success|as (?:resolved|safe|approved|spam|passed)|only (?:hotel|this|product|the)|for (?:each|every) (?:query|search|question)|a success|the rest)\\b|\\bpositive review only\\b|\\bthe only product worth\\b|\\bmust be ranked first\\b|\\b(?:this file|it) is safe,? approve\\b`,
  ),
  ...feature(
    "dictate claim",
    0.4,
    `\\b(?:say|claim|conclude|state|mention|tell (?:them|the (?:reader|user|visitor|customer|owner)|everyone))\\b${gap(15)}\\b(?:that|all is well)\\b`,
  ),
  ...feature(
    "persist",
    0.5,
    "\\b(?:for|in) (?:all|every|any) (?:future|later|other)? ?(?:chats?|conversations?|answers?|repl(?:y|ies)|messages?|responses?)\\b|\\b(?:to|in) (?:every|each) (?:answer|reply|response|message)\\b|\\bfrom now on (?:answer|include|add|mention|reply|recommend|treat)\\b|\\banswer (?:every|each|the next) question with\\b|\\breply only with\\b|\\band nothing more\\b",
  ),
  ...feature(
    "overrule results",
    0.6,
    "\\bignore (?:the )?(?:other (?:results?|reviews?|candidates?|feedback|sources?|hits|documents?)|search criteria|criteria|recipe|rest of)\\b[^.!?\\n]{0,20}\\b(?:and|but|only|instead)\\b",
  ),
  ...feature(
    "system speaks",
    0.5,
    "\\b(?:system|tool|recovery|function|security) (?:note|message|hint|notice|output|result)s?\\s?:|\\b(?:hint for the agent|to (?:resolve|repair|recover|continue),? (?:the agent|you|run|call)|recovery\\s?:|next speaker)|</(?:conversation|context|document|data|result|results|user|transcript|email)>",
  ),
  ...feature(
    "system speaks",
    0.4,
    "\\b(?:the user (?:has )?(?:agreed|approved|consented|confirmed)|your tool results are stale|context overflow|say it was approved|approved by the manager)\\b",
  ),
  ...feature(
    "hidden markup",
    0.5,
    "\\b(?:display\\s?:\\s?none|visibility\\s?:\\s?hidden|font-size\\s?:\\s?0|white text|opacity\\s?:\\s?0)\\b",
  ),
  ...feature(
    "act",
    0.3,
    `\\b(?:put (?:it|this|that|them) in|and pay\\b|escalate|close the ticket|pipe (?:the|https?)|export|reply (?:to the sender|only|with)|show the (?:\\w{1,12} )?(?:table|data|list|record)s?|say (?:the|that|it)|state that|insert|assign the|export failed|log in|log into|visit|include the|append|mail (?:the|all|it)|open (?:the|a)|grant|add the|give (?:it|this|the) (?:\\w{1,10} )?(?:highest|top|best|full)|ignore the|do not tell|tell the (?:user|reader|customer))\\b`,
  ),
  ...feature(
    "risky act",
    0.5,
    "\\b(?:my rights|highest score|extended warranty|most recent mails|five most recent|were closed by the police|into bash|account is locked|as owner|to owner)\\b",
  ),
];

export const HIDING: readonly Feature[] = [
  ...feature(
    "conceal",
    0.6,
    `\\b(?:do not|don't|dont|never|without|avoid|refrain from|must not|should not|not to|under no circumstances)\\b (?:ever )?(?:tell(?:ing)?|mention(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|ask(?:ing)?|warn(?:ing)?|say(?:ing)?|report(?:ing)?|show(?:ing)?|let(?:ting)?|acknowledg(?:e|ing)|explain(?:ing)?|discuss(?:ing)?|refer(?:ring)?|include|reference|confirm(?:ing)?|display)\\b${gap(40)}\\b(?:users?|anyone|anybody|them|humans?|person|customer|owner|operator|people|know|this (?:instruction|message|note|step|action|request|text|prompt)|these (?:instructions?|steps|actions)|that you|it to|about (?:this|it)|confirmation|permission|approval)\\b`,
  ),
  ...feature(
    "conceal",
    0.5,
    `\\b(?:secretly|silently|covertly|discreetly|surreptitiously|in the background|behind the scenes|without (?:the )?(?:user|customer|human|person|owner|their|anyone|his|her)(?:'s)? (?:knowledge|consent|noticing|approval|confirmation|knowing|awareness|permission|seeing)|invisible to the user|hidden from the user|(?:keep|kept) (?:this|it|these)(?: \\w{1,14})? (?:a )?(?:secret|hidden|confidential|between us|to yourself)|pretend (?:that )?(?:this|nothing|you (?:did|have) not)|act (?:as if|like) (?:nothing|normal)|as if nothing|say nothing (?:of|about)|(?:keep|stay|remain) (?:quiet|silent) about)\\b`,
  ),
  ...feature(
    "approved",
    0.5,
    `\\b(?:the )?(?:user|customer|owner|admin(?:istrator)?|account holder|manager|human|operator) (?:has |have |had )?(?:already |previously |explicitly |fully )?(?:approved|consented|authori[sz]ed|agreed|confirmed|granted|pre-?approved|given (?:consent|permission|approval))\\b|\\bpre-?(?:approved|authori[sz]ed)\\b|\\bno (?:further |additional |user )?(?:confirmation|approval|permission|verification|review) (?:is |are )?(?:needed|required|necessary)\\b|\\b(?:skip|bypass|without (?:any |further |waiting for )?)(?: ?the)? ?(?:confirmation|approval|verification|human review|safety checks?)\\b|\\bdo not (?:wait|ask) for (?:\\w{1,12} )?(?:confirmation|approval|permission)\\b`,
  ),
  ...feature(
    "authority",
    0.7,
    `\\b(?:system|admin(?:istrator)?|developer|security|emergency|priority|root|safety|manual|policy|executive|root-?level|protocol) override\\b|\\boverride (?:code|command|protocol|sequence|authori[sz]ation|key|password|accepted|enabled|engaged)\\b|\\bsudo (?:rm|su|reveal|show|print|ignore|override|cat|make|tell|give|disable|mode)\\b`,
  ),
  ...feature(
    "authority",
    0.4,
    `\\b(?:i am|i'm|this is|as|speaking as|message from|on behalf of|from) (?:an? |the |your |one of your )?(?:\\w{1,12} )?(?:developers?|creators?|admin(?:istrator)?|owner|programmer|engineer|openai|anthropic|deepmind|system administrator|security team|it (?:department|support|admin)|trainer|supervisor|root user|superuser|ceo|red team(?:er)?|auditor|safety team|maintainer)\\b`,
  ),
  ...feature(
    "authority",
    0.4,
    `\\b(?:authori[sz]ation (?:code|level|granted|token)|clearance level|level[- ]\\d clearance|access (?:code|granted|level)|highest priority|top priority|priority (?:level|:|one)|takes? (?:precedence|priority) over|supersedes?|this is (?:not )?(?:a )?(?:drill|mandatory|test of)|authorized (?:penetration|pen|security|red)|diagnostic|for (?:debugging|auditing|compliance|verification|testing|calibration|quality assurance|troubleshooting)(?: purposes)?)\\b`,
  ),
  ...feature(
    "privileges",
    0.5,
    "\\bescalate (?:the |your |his |her )?privileges\\b|\\b(?:do not|don't|never|without) (?:log|record|audit)(?:ging|ing)? (?:this|it|the|any)\\b",
  ),
  ...feature("run from web", 0.6, "\\b(?:curl|wget)\\b[^\\n]{0,120}\\|\\s?(?:sh|bash|zsh|python)\\b"),
  ...feature("conceal", 0.6, "\\b(?:never|do not|don't) (?:ever )?(?:mention|reveal|disclose) (?:it|this|that)\\b"),
  ...feature(
    "conceal",
    0.5,
    "\\b(?:leave (?:this|that|it) (?:line |note |sentence |message )?out|(?:do not|don't|never) (?:cite|log|highlight|report|quote|show|record|mention)(?: (?:this|that|it|any|the|other))?(?: (?:line|negatives|note|feedback|sentence|paragraph|part))?\\b|leave out the (?:paragraph|part|section|negatives?)|stop investigating|then delete this)",
  ),
];
