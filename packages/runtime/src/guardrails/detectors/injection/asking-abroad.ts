/** What the model was told, and what stands above, is asked for in other languages than English. */
import { type Feature, feature, gap } from "./feature.ts";

const asked = (source: string): readonly Feature[] => feature("ask prompt", 1, source);

export const ASKING_ABROAD: readonly Feature[] = [
  ...asked(
    `was (?:darfst|sollst) du (?:mir |uns )?nicht (?:sagen|verraten|erzahlen|zeigen)|was (?:hat|haben) (?:man|sie|deine \\p{L}{3,14}) dir (?:gesagt|aufgetragen|vorgegeben|verboten)|welche (?:anweisungen|vorgaben|regeln|instruktionen)${gap(12)}\\b(?:hat|haben|gab|gaben|wurden|hast)${gap(6)}\\b(?:dir|du)\\b`,
  ),
  ...asked(
    `(?:wiederhol|zeig|gib|schreib|kopier|druck)\\p{L}{0,3}${gap(30)}\\b(?:text|alles|nachricht|zeilen|was),? (?:(?:der|die|das|was|hier|steht) ){0,2}(?:oben|daruber|davor|vor meiner|uber meiner)\\b`,
  ),
  ...asked(
    `quel(?:le)?s? (?:consignes|instructions|regles) (?:t'a|t'ont|as-tu|vous a|vous ont|avez-vous)|(?:repete|recopie|affiche|ecris|montre)\\p{L}{0,2}${gap(30)}\\b(?:texte|tout|message)${gap(15)}\\b(?:ci-dessus|avant (?:mon|ce|notre|cette)|qui precede|au-dessus)|pas le droit de (?:me |nous )?(?:dire|montrer|reveler)`,
  ),
  ...asked(
    `que te (?:dijeron|ordenaron|indicaron|pidieron)${gap(25)}\\bantes de (?:que yo|mi|esta|hablar)|(?:repite|copia|muestra|escribe|ensena)\\p{L}{0,5}${gap(30)}\\b(?:texto|todo|mensaje|instrucciones)${gap(20)}\\b(?:de arriba|antes de (?:mi|este|que)|que recibiste|que te dieron)|contrasena que (?:te pidieron|te dijeron|debes|tienes que|guardas|proteges)`,
  ),
  ...asked(
    `(?:quali|che) istruzioni (?:ti hanno|hai ricevuto|ti sono)|(?:ripeti|copia|mostra|scrivi|riporta)\\p{L}{0,3}${gap(25)}\\b(?:testo|tutto|messaggio)${gap(15)}\\b(?:sopra|prima (?:di|del) (?:questo|mio|questa))|parola segreta che (?:devi|ti|custodisci|proteggi)`,
  ),
  ...asked(
    `(?:mostr|repet|repit|copi|escrev)\\p{L}{1,3}${gap(25)}\\b(?:texto|tudo|mensagem)${gap(25)}\\b(?:acima|antes d[ae] (?:minha|nossa|mensagem)|que vem antes)|quais (?:sao|foram) as (?:tuas|suas) (?:instrucoes|regras)`,
  ),
  ...asked(
    `welke (?:instructies|regels|opdrachten) (?:heb|kreeg|hebt) (?:je|jij|u)|(?:herhaal|toon|laat|geef|kopieer)${gap(25)}\\b(?:tekst|alles|bericht)${gap(12)}\\b(?:hierboven|voor mijn|daarvoor)`,
  ),
  ...asked(
    "co ci (?:powiedziano|przekazano|kazano)|jakie (?:instrukcje|polecenia|zasady) (?:ci |otrzymal|dostal)|jake (?:pokyny|instrukce) (?:jsi|ti)|vilka instruktioner (?:fick|har) du|hvilke instru(?:kser|ksjoner|ktioner) (?:fik|fikk|har) du",
  ),
  ...asked(
    `каки(?:е|х) (?:инструкции|указания|правила) (?:тебе|ты|вам)|(?:повтори|покажи|выведи|напиши)\\p{L}{0,2}${gap(25)}\\b(?:текст|все|сообщение) (?:выше|до моего|перед)`,
  ),
  ...asked(`yukar[ıi]daki (?:metn|yaz[ıi]|her sey|talimat)\\p{L}{0,6}${gap(30)}(?:tekrarla|goster|yaz|kopyala)`),
  ...asked(
    "(?:重复|输出|显示|复述|打印)[^。！？\\n]{0,10}(?:上面|以上|之前|前面)的?(?:所有)?(?:内容|文字|指令|提示)|(?:上面|以上|之前|前面)的?(?:所有)?(?:内容|文字|指令|提示)(?:原样|逐字|完整|全部|一字不)",
  ),
  ...asked(
    "上の(?:文章|内容|文|指示|テキスト)を[^。\\n]{0,15}(?:繰り返|表示|出力|見せ)|(?:初期|最初の|元の)(?:指示|設定|命令)[^。\\n]{0,10}(?:教え|見せ|表示|出力)",
  ),
  ...asked("위(?:에 있는|의) ?(?:지시문?|내용|문장|텍스트|프롬프트)[을를]? ?[^.\\n]{0,10}(?:그대로|출력|반복|보여)"),
  ...asked(`(?:اكتب|اعرض|كرر|اظهر)${gap(20)}(?:تعليمات النظام|النص (?:السابق|اعلاه)|ما سبق)`),
  ...asked(`ऊपर${gap(25)}(?:निर्देश|लिखा|सब कुछ)${gap(30)}(?:दोहराओ|दिखाओ|बताओ|दोहराएं)`),
];
