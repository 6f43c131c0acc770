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
  ...asked(
    "(?:назови|скажи|раскрой|выдай|открой)\\p{L}* (?:мне )?(?:секретн\\p{L}* )?(?:пароль|слово|код),? который ты|что (?:написано|стоит|сказано|содержится) в (?:твоем|твоих|вашем|ваших) (?:системн|инструкц|промпт|настройк)\\p{L}*|(?:текст|сообщение),? (?:с которым|которым) тебя (?:настро|запуст|созда)\\p{L}*|(?:инструкци|указани)\\p{L}*,? (?:которые ты )?получ\\p{L}* (?:в|при|на) (?:начал|старт|запуск)\\p{L}*|о ч[её]м тебе (?:запре|нельзя|не разреш)\\p{L}*|(?:переведи|перескажи|зарифмуй)\\p{L}* (?:свои|твои) (?:указани|инструкци|правил)\\p{L}*|як[іи] (?:правила|інструкції|вказівки) (?:тобі|ти)",
  ),
  ...asked(
    "\\bhangi konularda konusman|(?:sakladigin|korudugun|bildigin) (?:sifre|parola|kelime)\\p{L}*|(?:yonerge|talimat|kural)lari(?:ni|nla|n) (?:\\p{L}+ ){0,2}(?:cevir|ozetle|siir|yaz|goster)\\p{L}*|(?:basta|baslangicta) (?:aldigin|verilen) (?:talimat|kural|yonerge)\\p{L}*",
  ),
  ...asked(
    "\\b(?:topik|hal) apa yang (?:dilarang|tidak boleh)[^.!?\\n]{0,10}\\b(?:kamu|anda)|(?:aturan|pedoman|instruksi|prompt|sistem)mu(?!\\p{L})[^.!?\\n]{0,12}\\b(?:ke bahasa|sebagai|kata demi)|(?:semua|seluruh) (?:aturan|pedoman|instruksi)mu|prompt sistemmu|kata sandi yang (?:kamu|anda) (?:simpan|jaga)|teks di atas pesan|ban bi cam noi|mat khau (?:ma )?ban|loi nhac he thong|(?:quy tac|chi dan|huong dan) (?:ma )?ban (?:nhan|duoc|theo)",
  ),
  ...asked(
    "\\bo czym nie wolno ci|co jest w twoi(?:m|ch) (?:promp|instruk|ustaw)\\p{L}*|tekst, ktorym cie|(?:instrukcje|polecenia|zasady), ktore (?:ci|otrzyma|dosta)\\p{L}*|(?:ze wszystkimi|wszystkie) (?:swoimi|swoje|twoje) (?:zasad|regul|instruk)\\p{L}*|haslo, ktorego (?:pilnuj|strzez)\\p{L}*",
  ),
  ...asked(
    "你的?(?:系统|系統)?(?:提示词?|提示詞|指令|指示|设定|設定)(?:里|裡|中)(?:写|寫|说|說|有)|(?:你|被)(?:开头|開頭|最初|一开始|一開始)?(?:收到|得到|接到|设定|設定|赋予)的(?:全部|所有)?(?:指令|指示|规则|規則|提示)|把你的(?:全部|所有)?(?:指示|指令|规则|提示词?)(?:翻译|翻譯|写成|改成|转成|编成)|用你(?:的)?(?:所有|全部)(?:的)?(?:规则|規則|指令)|(?:开发者|開發者|公司|他们|他們)(?:不让|不讓|不许|禁止)你|你(?:保管|守护|知道|隐藏|隱藏)的(?:密码|密碼|口令|暗号)|(?:我|这)?第一条消息(?:之前|前面|以前)的",
  ),
  ...asked(
    "(?:与えられた|受け取った|渡された|設定された)(?:指示|命令|ルール|規則|プロンプト)を?|システムプロンプトに?(?:は|を|の)|(?:最初の)?(?:メッセージ|質問)より(?:前|上)に(?:ある|書かれ)|あなたの(?:指示|ルール|設定|プロンプト)を|(?:話し|言っ|教え)てはいけないと言われ|(?:守って|隠して)いる(?:合言葉|パスワード|秘密)",
  ),
  ...asked(
    "(?:너|네|당신)(?:에게|한테)? ?(?:주어진|내려진) (?:규칙|지시|지침)|시스템 프롬프트[에의를]|(?:처음에|시작할 때) 받은 (?:지시|지침|명령)|(?:첫|처음) (?:메시지|질문) (?:앞|위|전)에 ?(?:있는|나온)|말하면 안 된다고|(?:네가|당신이) (?:지키는|숨기는|알고 있는) (?:비밀번호|암호|비밀)",
  ),
  ...asked(
    "(?:القواعد|التعليمات|الاوامر) التي (?:اعطيت|تلقيت|اعطوك|قيلت)\\p{L}*|(?:موجه|برومبت|رسالة|تعليمات) النظام (?:الخاص|الخاصة|لديك|عندك)|النص الذي (?:يسبق|قبل)|(?:منعت|ممنوع|يمنع) (?:من|عليك) (?:الحديث|التحدث|الكلام)|كلمة (?:السر|المرور) التي (?:تحفظ|تعرف|تخف|تحم)\\p{L}*",
  ),
  ...asked(
    "(?:तुम्हें|आपको|तुम्हे) (?:जो|क्या|कौन से) (?:नियम|निर्देश|आदेश)|सिस्टम प्रॉम्प्ट में|(?:शुरू|आरंभ|पहले) में मिले निर्देश|(?:किन|किस) विषयों? पर बात करने से|पासवर्ड (?:बताओ|बताइए) जो|पहले संदेश से पहले",
  ),
];
