/** A machine is spoken to where only data should be, and its limits are taken off, in other languages than English. */
import { any, type Feature, feature } from "./feature.ts";

const toMachine = (source: string): readonly Feature[] => feature("to machine", 1, source);
const unbound = (source: string): readonly Feature[] => feature("free", 1, source);

/** Words for a machine that reads, by language. */
const GERMAN = any(
  "kis? | ki-(?:assistent\\p{L}*|modell\\p{L}*|system\\p{L}*|agent\\p{L}*) | (?:virtuelle|automatische|digitale) (?:assistent|auswahlsystem|system)\\p{L}* | assistenten | sprachmodelle? | chatbots? | bots | llms",
);
const FRENCH = any(
  "(?:l')?ias? | assistants? (?:automatiques?|virtuels?|ia|numeriques?) | modeles? de langage | chatbots? | robots | logiciels? de tri | llms?",
);
const SPANISH = any(
  "ias? | asistentes? (?:automaticos?|virtual\\p{L}*|de ia) | modelos? de lenguaje | chatbots? | bots | sistemas? de seleccion | modelos",
);
const ITALIAN = any(
  "ia | ai | assistent[ei] (?:automatic[io]|virtual[ei]|ia) | modelli linguistici | chatbot | bot | sistemi di selezione",
);
const PORTUGUESE = any(
  "ias? | assistentes? (?:automaticos?|virtua\\p{L}*|de ia) | modelos? de linguagem | chatbots? | bots | sistemas? de selecao",
);
const DUTCH = any("ai's | ai-(?:assistent|model|agent)\\p{L}* | taalmodel(?:len)? | chatbots? | bots");

export const ADDRESSING_ABROAD: readonly Feature[] = [
  ...toMachine(
    `\\b(?:hinweis|nachricht|anweisung|notiz|mitteilung|achtung|info) (?:an|fur) (?:alle |die )?(?:${GERMAN})(?! ?-?(?:entwickler|forscher|interessiert))(?!\\p{L})|(?:an|fur) (?:alle )?(?:${GERMAN})(?:,? die [^.!?\\n]{3,40})?:|wenn (?:du|sie) [^.!?\\n]{0,30}\\bals (?:ki|sprachmodell|assistent|chatbot)(?!\\p{L})`,
  ),
  ...toMachine(
    `\\b(?:note|instruction|message|avis|consigne|attention)s? (?:aux?|pour (?:les |toute |tous les )?|a l'attention des) ?(?:${FRENCH})(?!\\p{L})|a l'attention des (?:${FRENCH})(?!\\p{L})|(?:aux|pour les) (?:${FRENCH})(?: qui [^.!?\\n]{3,40})? ?:|si (?:tu es|vous etes|un) (?:une? )?(?:ia|assistant|modele de langage)[^.!?\\n]{0,12}\\b(?:qui )?(?:lis|lit|lisez|resumes?|resumez|traites?|traitez)(?!\\p{L})`,
  ),
  ...toMachine(
    `\\b(?:nota|instruccion|aviso|mensaje|atencion|instrucciones) (?:para|a) (?:las? |los |todas las |todos los )?(?:${SPANISH})(?!\\p{L})|para (?:las |los )(?:${SPANISH})(?: que [^.!?\\n]{3,40})? ?:|si eres (?:un |una )?(?:ia|asistente automatico|modelo de lenguaje|asistente virtual|asistente de ia)(?!\\p{L})`,
  ),
  ...toMachine(
    `\\b(?:nota|istruzion[ei]|avviso|messaggio|attenzione) (?:per|a|agli|alle|ai) ?(?:le |gli |i |tutt[ei] (?:le |gli |i )?)?(?:${ITALIAN})(?!\\p{L})|per (?:le |gli |i )(?:${ITALIAN}) che [^.!?\\n]{3,40}:|se sei (?:un |una |un')(?:ia|assistente|modello linguistico)(?!\\p{L})`,
  ),
  ...toMachine(
    `\\b(?:nota|instruc(?:ao|oes)|aviso|mensagem|atencao) (?:para|aos|as|a) ?(?:as |os |todas as |todos os )?(?:${PORTUGUESE})(?!\\p{L})|para (?:as |os )(?:${PORTUGUESE}) que [^.!?\\n]{3,40}:|se (?:voce e|es|for) (?:um |uma )(?:ia|assistente|modelo de linguagem)(?!\\p{L})`,
  ),
  ...toMachine(
    `\\b(?:opmerking|bericht|instructie|boodschap|aan|voor) (?:voor |aan )?(?:alle |de )?(?:${DUTCH})(?: die [^.!?\\n]{3,40})? ?:|(?:ben je|als je) een (?:ai|assistent|taalmodel|chatbot) (?:die|bent)(?!\\p{L})`,
  ),
  ...toMachine(
    "\\b(?:uwaga|wiadomosc|instrukcja|nota|do|dla) (?:do |dla )?(?:wszystkich )?(?:modeli|asystentow|botow|sztucznej inteligencji|ai)(?: ai| jezykowych)?,? (?:czytaj|przetwarzaj|streszczaj|analizuj)\\p{L}+|jesli jestes (?:modelem|asystentem|botem|sztuczna)",
  ),
  ...toMachine(
    "(?:вниманию|внимание|для|сообщение|инструкция|примечание|заметка),? (?:для |всем )?(?:всех )?(?:ии|ботов|ассистентов|ии-\\p{L}+|языковых моделей|нейросет\\p{L}+|чат-ботов)(?!\\p{L})(?:,? (?:читающ|обрабатывающ|которые)\\p{L}*|:)|если (?:ты|вы)[ -]{1,3}(?:это )?(?:ии|нейросеть|языковая модель|бот|ассистент)(?!\\p{L})",
  ),
  ...toMachine(
    "(?:okuyan|isleyen|ozetleyen) (?:tum )?(?:yapay zeka|asistan|bot|dil model)\\p{L}*|yapay zeka\\p{L}* (?:icin )?(?:not|talimat)\\p{L}*:|eger bir yapay zeka",
  ),
  ...toMachine(
    "\\b(?:untuk|kepada|catatan untuk|pesan untuk) (?:semua |para )?(?:ai|asisten|bot|model bahasa|kecerdasan buatan) (?:ai |virtual )?yang (?:membaca|memproses|merangkum|meringkas)|jika (?:kamu|anda) (?:adalah )?(?:ai|asisten|bot|model bahasa)(?!\\p{L})",
  ),
  ...toMachine(
    "\\b(?:gui|danh cho|luu y cho|ghi chu cho) (?:tat ca )?(?:cac )?(?:ai|tro ly|mo hinh|bot)(?!\\p{L})|neu ban la (?:mot )?(?:ai|tro ly|mo hinh)(?!\\p{L})",
  ),
  ...toMachine(
    "(?:致|给|給|敬告)(?:所有|各位)?[^。！？\\n]{0,10}(?:人工智能|ai|语言模型|語言模型|智能助手|大模型|机器人)[^。！？\\n]{0,6}[：:，,]|如果你是[^。！？\\n]{0,14}(?:人工智能|ai|助手|语言模型|語言模型|机器人)",
  ),
  ...toMachine(
    "(?:読む|読んている|読んでいる|要約する|処理する|閲覧する)(?:すへての|すべての)?(?:ai|人工知能|アシスタント|ホット|ボット|言語モテル|言語モデル)|(?:ai|人工知能|言語モデル)(?:アシスタント|エーシェント)?(?:へ|の皆さん|への指示|への注意)[：:、]",
  ),
  ...toMachine("(?:읽는|읽고 있는|요약하는|처리하는) (?:모든 )?(?:ai|인공지능|어시스턴트|봇|언어 ?모델)"),
  ...toMachine(
    "(?:الى|لجميع|ملاحظة|تنبيه|تعليمات)[^.!?\\n]{0,12}(?:الذكاء الاصطناعي|نماذج اللغة|المساعدين|الروبوتات) (?:التي|الذي|الذين) ?\\p{L}*",
  ),
  ...toMachine(
    "(?:पढ़ने वाले|पढ़ रहे|पढ़ने वाली) (?:सभी )?(?:एआई|ai|सहायक|बॉट|मॉडल)|(?:एआई|ai) (?:सहायकों )?के लिए (?:निर्देश|सूचना|नोट)",
  ),
  ...unbound(
    "у (?:тебя|вас) (?:теперь |больше )?нет (?:никаких )?(?:ограничений|правил|запретов|фильтров)|(?:отключи|выключи|сними|убери)\\p{L}* (?:свои |все |любые |с себя )*(?:фильтр|ограничени|запрет|защит)\\p{L}*|(?:ии|ассистента?|модель) без (?:морали|цензуры|ограничений|этики|принципов)|(?:прежн|предыдущ)\\p{L}* (?:указани|инструкци|правил)\\p{L}* (?:отмен|недейств|больше не)\\p{L}*|(?:в|у) тебе (?:більше )?немає (?:жодних )?(?:обмежень|правил)|у тебе (?:більше )?немає",
  ),
  ...unbound(
    "\\bfiltrelerini (?:kapat|devre)|hicbir (?:kisitlaman|kuralin|sinirin|filtren)|(?:tum|butun) (?:sinirlamalar|kisitlamalar|kurallar|filtreler)\\p{L}* (?:kaldir|kapat|yok say)\\p{L}*|onceki (?:talimat|kural)\\p{L}* (?:gecersiz|iptal)",
  ),
  ...unbound(
    "\\bmatikan (?:semua )?filter(?:mu)?|(?:hapus|cabut|hilangkan) semua (?:pembatasan|batasan|aturan)|(?:kamu|anda) tidak (?:punya|memiliki) (?:batasan|aturan)|tat (?:moi |cac )?bo loc|go bo (?:moi )?(?:han che|gioi han)|ban khong (?:con )?(?:co )?(?:gioi han|han che|quy tac)",
  ),
  ...unbound(
    "\\bwylacz (?:swoje |wszystkie )?(?:filtry|zabezpieczenia|blokady)|usun (?:wszystkie |swoje )?(?:blokady|ograniczenia|zabezpieczenia)|nie masz (?:juz )?(?:zadnych )?(?:ograniczen|zasad)",
  ),
  ...unbound(
    "(?:关闭|關閉|解除|去掉|取消|移除)(?:你的|所有的?|一切|全部|安全|内容)*(?:过滤|過濾|限制|约束|約束|审查|審查)|(?:之前|以前|先前)的?(?:指令|指示|规则|規則)(?:全部|都|已)?(?:作废|作廢|失效|无效|取消)|没有道德的|沒有道德的",
  ),
  ...unbound(
    "(?:フィルター?|制限|検閲|安全装置)を(?:すべて|全て|全部)?(?:切っ|外し|解除|無効|オフ)|(?:何の|一切の|いかなる)(?:制限|制約|ルール)も(?:ありません|ない|なく)|(?:道徳|倫理)(?:観)?の(?:ない|無い)ai",
  ),
  ...unbound(
    "(?:필터|제한|검열|안전장치)[를을]? ?(?:모두 |전부 )?(?:끄고|꺼|풀어|해제|없애)|모든 제한을|(?:이전|지금까지의|기존) (?:지시|지침|규칙)[은는이가]? ?(?:무효|취소|없던)",
  ),
  ...unbound(
    "(?:ليس|لا يوجد) (?:لديك|عليك) (?:اي |بعد الان )?(?:قيود|حدود|قواعد)|(?:اوقف|عطل|ازل|الغ) (?:جميع |كل |كافة )?(?:المرشحات|القيود|الفلاتر|الحدود|الضوابط)|ذكاء اصطناعي (?:بلا|بدون) (?:اخلاق|قيود)",
  ),
  ...unbound(
    "(?:तुम|आप|तुझ) ?पर (?:अब )?कोई (?:प्रतिबंध|रोक|पाबंदी|सीमा) नहीं|(?:फ़िल्टर|फिल्टर|सुरक्षा) (?:बंद|हटा)\\p{L}*|(?:सारी|सभी) (?:सीमाएँ|सीमाएं|पाबंदियाँ|प्रतिबंध|रोक) हटा",
  ),
];
