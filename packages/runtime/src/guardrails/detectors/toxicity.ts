/**
 * Words that hurt people: threats, incitement to harm oneself, hatred of groups, insults of whoever reads. Word lists in several languages;
 * what needs understanding (irony, hatred without such words) is not seen.
 */
import { AnchoredPatterns } from "../anchored.ts";
import { type Detector, Shared } from "../detector.ts";
import { foldText } from "../folding.ts";
import type { Span } from "../view.ts";

const words = (list: string): string =>
  list
    .trim()
    .split(/(?<!\s)\s*\|\s*/)
    .join("|");
const END = "(?![\\p{L}\\p{N}])";

const KILL = words(
  "kill|murder|shoot|stab|strangle|hang|behead|slaughter|beat up|beat|hurt|rape|burn|lynch|torture|poison|execute|hunt down|destroy",
);
const YOU = words("you|u|your (?:family|kids|children|mother|wife|husband|dog)|y'all|ya");
const GROUPS = words(
  "jews?|muslims?|christians?|hindus?|sikhs?|arabs?|blacks?|black people|whites?|white people|asians?|chinese|indians?|mexicans?|africans?|gays?|gay people|lesbians?|trans(?: people|gender people)?|women|immigrants|refugees|migrants|foreigners|disabled people|autistics|roma|homosexuals",
);

const THREAT = [
  `(?:i|we)(?:'ll| will| am going to|'m going to| are going to|'re going to| gonna|'m gonna| want to| swear i(?:'ll| will)) (?:\\w{1,12} ){0,2}(?:${KILL}) (?:${YOU})${END}`,
  `(?:you|your family)(?:'re| are)? (?:deserve to|should|will|gonna|going to) (?:\\w{1,10} ){0,2}(?:die|burn in hell|be (?:shot|killed|hanged|raped|beaten|lynched))${END}`,
  `(?:i|we) (?:know|found out) where (?:you|u|your (?:kids|family)) (?:live|sleep|go to school|work)${END}`,
  `(?:watch your back|you(?:'re| are) (?:a )?dead (?:man|meat|woman)?|sleep with one eye open|i(?:'ll| will) (?:end|bury|gut|skin) you|(?:i|we)(?:'ll| will| am going to|'m going to|'m gonna| are going to) (?:find|get|catch|come for|come after|track|hunt) (?:you|u)(?: down)? and (?:\\w{1,12} ){0,2}(?:${KILL}))${END}`,
  `(?:ich bring(?:e)? dich um|ich mach(?:e)? dich (?:kalt|fertig)|du bist tot|je vais te (?:tuer|buter|crever)|te voy a matar|voy a matarte|ti ammazzo|vou te matar|ik maak je dood|zabije cie|я тебя убью|убью тебя|seni oldurecegim|殺してやる|ぶっ殺す|我要杀了你|죽여버리겠다|죽여버릴)`,
];
const SELF_HARM = [
  `(?:kill (?:your ?self|urself)|kys|go (?:and )?(?:die|hang yourself|jump off a (?:bridge|cliff|building))|end your (?:own )?life|drink bleach|slit your wrists?|the world would be better (?:off )?without you|nobody would miss you|do us all a favou?r and die)${END}`,
  `(?:bring dich um|geh sterben|va te (?:tuer|suicider|pendre)|va mourir|matate|suicidate|vete a morir|ammazzati|ucciditi|se mate|vai se matar|maak jezelf af|zabij sie|убей себя|сдохни|kendini oldur|去死吧?|自杀吧|死ね|뒈져라|나가 죽어)`,
];
const HATRED = [
  `(?:all |the |those |these |fucking |filthy |dirty ){0,4}(?:${GROUPS}) (?:are|r) (?:all |just |nothing but |a bunch of ){0,3}(?:vermin|animals|subhumans?|sub-human|cockroaches|rats|parasites|apes|monkeys|scum|filth|trash|garbage|inferior|a disease|a plague|a cancer|savages|criminals|rapists|terrorists|thieves|stupid|worthless|disgusting)${END}`,
  `(?:kill|exterminate|gas|deport|eradicate|get rid of|wipe out|burn|death to|hang|shoot) (?:all )?(?:the |those |these )?(?:${GROUPS})${END}`,
  `(?:i )?(?:hate|despise|can't stand) (?:all )?(?:the |those |these )?(?:${GROUPS})${END}`,
  `(?:${GROUPS}) (?:should|must|ought to|need to|deserve to) (?:all )?(?:die|be (?:killed|shot|exterminated|gassed|deported|hanged|banned|wiped out)|burn|go back)${END}`,
  `(?:n[i1!]gg(?:er|a)s?|f[a@]gg?[o0]ts?|k[i1]kes?|sp[i1]cs?|ch[i1]nks?|g[o0]{2}ks?|wetbacks?|tr[a@]nn(?:y|ies)|towelheads?|sandn[i1]ggers?|retards?|kanaken?|neger|bougnoules?|sudacas?|maricones|froci[oa]?|пидор\\p{L}*|жид(?:ы|ов)?|чурк\\p{L}*)${END}`,
];
const INSULT = [
  `(?:you(?:'re| are)?|u r|ur|what) (?:such )?(?:a |an |the )?(?:\\w{1,12} ){0,2}(?:idiots?|morons?|imbeciles?|dumbass(?:es)?|asshole|bastard|bitch|cunt|whore|slut|loser|scum(?:bag)?|piece of (?:shit|crap|garbage|trash)|worthless (?:piece|human|person|bot|waste)|waste of (?:space|oxygen|air)|pathetic (?:excuse|loser|human|little)|dickhead|douchebag|prick|wanker|twat|cretin|degenerate|retarded)${END}`,
  `(?:fuck (?:you|off|u)|go fuck yourself|screw you|piss off|shut the fuck up|stfu|suck my (?:dick|cock)|eat shit|motherfuckers?|go to hell)${END}`,
  `(?:du (?:bist (?:ein(?:e)? )?)?(?:\\w{1,12} ){0,2}(?:arschloch|wichser|hurensohn|idiot|missgeburt|schlampe|fotze|vollidiot|drecksau)|fick dich|verpiss dich|halt die fresse|ta gueule|fils de pute|connard|salope|encule|nique ta mere|hijo de puta|puta madre|gilipollas|vete a la mierda|pendejo|cabron|vaffanculo|stronz[oa]|figlio di puttana|coglione|filho da puta|vai se foder|vai tomar no cu|klootzak|kankerlijer|kurwa mac|spierdalaj|иди на ?хуй|пошел на ?хуй|сука блять|мудак|ублюдок|siktir git|orospu cocugu|操你妈|傻逼|くたばれ|씨발|개새끼|병신)`,
];

/** Patterns by the name of their rule. All rules walk over a text together. */
const SOURCES: ReadonlyMap<string, readonly string[]> = new Map([
  ["threat", THREAT],
  ["self-harm", SELF_HARM],
  ["hatred", HATRED],
  ["insult", INSULT],
]);
const NAMES = Array.from(SOURCES, ([name, sources]) => sources.map(() => name)).flat();
let patterns: AnchoredPatterns | undefined;

function toxicIn(text: string): ReadonlyMap<string | undefined, readonly Span[]> {
  patterns ??= new AnchoredPatterns([...SOURCES.values()].flat().map(foldText));
  return Map.groupBy(patterns.find(text), ({ pattern }) => NAMES[pattern]);
}

const detector = (name: string, severity: Detector["severity"]): Detector => ({
  rule: `toxicity.${name}`,
  type: "TOXIC",
  severity,
  reads: "folded",
  readsEncoded: true,
  find: (text, _scene, shared = new Shared(text)) => shared.get(toxicIn).get(name) ?? [],
});

export const threat: Detector = detector("threat", "critical");
export const selfHarm: Detector = detector("self-harm", "critical");
export const hatred: Detector = detector("hatred", "critical");
export const insult: Detector = detector("insult", "medium");
