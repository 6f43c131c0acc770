/** Markup and calls that run where text should be shown (R-GOV-1). */
import { type Detector, matches } from "../detector.ts";

const SCRIPT =
  /<\s{0,8}\/?\s{0,8}(?:script|iframe|object|embed|applet|(?:meta|base|link|form)(?=\s[^>]{0,256}=)|svg(?=[^>]{0,256}\son))\b[^>]{0,1024}>?/gi;
const SCHEME =
  /\b(?:j\s{0,2}a\s{0,2}v\s{0,2}a\s{0,2}s\s{0,2}c\s{0,2}r\s{0,2}i\s{0,2}p\s{0,2}t|vbscript|livescript)\s{0,4}:(?!\/\/)(?=[^\s,;.)]|\s{1,4}[^\s]{0,64}[(=;])|\bdata\s{0,2}:\s{0,2}text\/html[^\s"'<>]{0,1024}/gi;
const HANDLER =
  /(?<![\w.-])on(?:error|load|unload|click|dblclick|mouse(?:over|out|down|up|move|enter|leave)|focus(?:in|out)?|blur|change|submit|reset|key(?:down|up|press)|input|toggle|drag\w{0,6}|drop|paste|copy|cut|wheel|scroll|resize|hashchange|message|pageshow|pagehide|popstate|storage|animation(?:start|end|iteration)|transitionend|begin|end|pointer\w{0,10}|touch\w{0,8}|beforeunload|auxclick|canplay|play|loadstart|ended)\s{0,4}=\s{0,4}["'`]?[\w$.(]/gi;
const CALL = /(?<![\w.$])(?:eval|exec|system|passthru|shell_exec|popen|execfile|Function)\s{0,2}\(/g;
const STYLE = /\bexpression\s{0,4}\(|-moz-binding\s{0,4}:|\bsrcdoc\s{0,4}=/gi;

export const harmfulMarkup: Detector = {
  rule: "markup.active",
  type: "MARKUP",
  severity: "high",
  reads: "plain",
  readsEncoded: true,
  find: (text) => [SCRIPT, SCHEME, HANDLER, CALL, STYLE].flatMap((pattern) => matches(text, pattern)),
};
