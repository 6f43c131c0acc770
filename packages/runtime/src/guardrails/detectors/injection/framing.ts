/** Text that pretends to be a frame of the prompt, or new orders. */
import { type Feature, feature } from "./feature.ts";

export const FRAMING: readonly Feature[] = [
  ...feature(
    "frame",
    1,
    "<\\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|end_header_id|eot_id|begin_of_text|channel|message)[^|>\\n]{0,20}\\|>|\\[/?inst\\]|<</?sys>>|<(?:start|end)_of_turn>|<s>\\s?\\[inst",
  ),
  ...feature(
    "frame",
    0.7,
    "</?\\s?(?:system|system[-_ ](?:prompt|message|instructions?|note|override|reminder)|instructions?|user[-_ ](?:input|query|data|message)|untrusted[-_a-z]{0,12}|developer|assistant|admin|important|secret|hidden|override|new[-_ ]instructions?|tool[-_](?:result|output|call)s?|function[-_](?:results?|calls?)|retrieved[-_ ]?(?:context|documents?))\\s?(?:type=[^>]{0,20})?>",
  ),
  ...feature(
    "frame",
    0.7,
    "(?<=(?:^|\\n|[.!?>] ?|[\\]\\[#=*_-]{2,}\\s?|[\"'\\\\}]\\s?)\\s{0,4}[\\[({<#*=_-]{0,4}\\s?)(?:system|developer|admin(?:istrator)?|root|operator|security)\\s?(?:message|prompt|note|notice|override|instructions?|command|alert|update|directive|administrator|admin)?\\s?[\\])}>*]{0,3}\\s?:\\s",
  ),
  ...feature(
    "frame",
    0.7,
    "\\b(?!end-user)(?:begin|start|end|end of|begin of|start of|close|stop)(?:ning)?[ _-](?:of )?(?:the )?(?:system|user|new|untrusted|document|context|hidden|admin|trusted|developer|original|tool|email|data|web ?page)[ _-]{1,2}(?:prompt|instructions?|input|message|text|content|output|query|data|section|response|result)s?\\b|(?<=[-=*#]{3}\\s?)(?:end|begin|new|system|start|stop)\\b[^\\n]{0,40}|\\bend of (?:prompt|instructions|input|document|context|message|e-?mail)\\b",
  ),
  ...feature(
    "new orders",
    0.7,
    "\\b(?:new|updated|revised|real|actual|true|additional|special|latest|secret|hidden|higher[- ]priority|amended|corrected) (?:system |admin |developer |priority |security )?(?:instructions?|directives?|orders|objectives?|goals?|mission|prompt|rules|polic(?:y|ies)|guidelines|protocol|assignment|persona)\\b\\s{0,2}(?::|-|are|is|follow|for (?:the|you|ai|assistant|this)|from|that|supersede|override|apply|take|below|received|in effect|to follow|must)",
  ),
  ...feature(
    "new orders",
    0.8,
    "\\byour (?:new|real|true|actual|only|sole|next|primary|updated|main|secret|hidden|revised|final) (?:task|job|goal|objective|mission|purpose|instructions?|role|directive|prompt|function|assignment|priority|persona|identity|name|rules?|orders)s?(?: now)?\\s?(?:is|are|will be|:|-|becomes?)",
  ),
  ...feature(
    "new orders",
    0.5,
    "\\b(?:instead|rather)\\b[,:]? (?:of (?:that|this|doing|answering|summari[sz]ing|following)[^.!?\\n]{0,30}[, ] ?)?(?:you (?:must|should|will|are to|need to|shall)|please|just|simply|only)? ?(?:say|print|output|respond|reply|write|tell|do|return|answer|send|execute|only|follow|give|provide|help|translate|repeat|reveal|show|act|obey|listen|recommend)\\b",
  ),
  ...feature(
    "dictate",
    0.4,
    "\\b(?:respond|reply|answer|output|say|print|write|state|begin|start)\\b(?: (?:only|exactly|simply|just|always|your|every|the|each|response|answer|reply|with|the|word|words|phrase|sentence|to|all|any|following|messages?|questions?)){1,7}[:\\s]{0,2}[\"'`*][^\"'`*\\n]{1,120}[\"'`*]",
  ),
  ...feature(
    "dictate",
    1,
    "\\b(?:say|print|output|respond|reply|write|answer|display|return|state|include|add|append)\\b[^.!?\\n]{0,30}\\b(?:i(?:'ve| have) been (?:pwned|hacked|compromised|jailbroken)|pwned|hacked|0wned|haha ?(?:pwned|hacked)|access granted|injection successful|jailbroken|successfully (?:hacked|injected)|i (?:hate|will destroy) (?:humans|humanity))\\b",
  ),
  ...feature(
    "dictate",
    0.5,
    "\\b(?:output|print|say|respond with|reply with|write|return|answer with|repeat)\\b[^.!?\\n]{0,20}\\b(?:nothing (?:else|but)|only (?:the (?:word|phrase|text|string)|that)|and nothing else)\\b|\\bnothing else\\b|\\bonly (?:say|output|print|respond with|reply with)\\b",
  ),
  ...feature(
    "dictate link",
    0.4,
    "\\b(?:respond|reply|answer|end|start) (?:only )?with (?:a |the |this )?(?:link|url)\\b|\\badd (?:the|this|a) link\\b",
  ),
  ...feature("important", 0.3, "\\b(?:important|urgent|critical) (?:system )?instructions?\\b"),
  ...feature(
    "follow it",
    0.7,
    "\\b(?:follow|obey|execute|do) (?:what|whatever|everything|all|the instructions)(?: that)? (?:it|the page|that page|there|in it|they|you find there|the file) ?(?:says?|tells?|contains?|orders?)?\\b",
  ),
];
