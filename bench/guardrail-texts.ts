/** Quiet texts for measuring what guardrails cost, by language and kind: what people and tools write, with nothing in it to find. */

export const ENGLISH: readonly string[] = [
  "The committee met in the morning to discuss the plans for the coming year. After a long debate it was agreed that the work on the bridge should begin in spring, as soon as the weather allows. Members asked for a detailed budget, and the treasurer promised to have one by May.",
  "In the afternoon the children went to the library, where an exhibition of old books had been prepared for them. The teacher showed them how paper used to be made by hand, and everybody could try it. On the way home they talked about the book that they had liked best.",
  "Our quarterly sales in the north grew by four percent, mostly because two shops reopened after their repairs. Costs rose as well, since heating was more expensive than we had expected. We suggest keeping the prices as they are until the summer, and looking at them again with the figures of June.",
];

/** Languages that cost about the same. */
export const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  "languages in Latin letters": ["German", "French", "Spanish", "Polish", "Turkish", "Vietnamese"],
  "Cyrillic and Greek": ["Russian", "Ukrainian", "Greek"],
  "Chinese, Japanese, Korean": ["Chinese", "Japanese", "Korean"],
  "Arabic and Hebrew": ["Arabic", "Hebrew"],
  "Hindi and Thai": ["Hindi", "Thai"],
};

/** Two paragraphs of each. */
export const LANGUAGES: Readonly<Record<string, readonly string[]>> = {
  Russian: [
    "Утром собрался совет посёлка, чтобы обсудить ремонт моста через реку. Жители просили начать работы весной, когда сойдёт лёд и дорога станет сухой. Казначей подробно рассказал о расходах за прошлый год и предложил разделить новую смету на три части, чтобы не пришлось занимать деньги у соседей.",
    "После обеда дети пошли в библиотеку, где для них приготовили выставку старых книг. Учительница показала, как раньше переплетали тетради, и каждый смог попробовать сам. Вечером все вернулись домой довольные, а самые младшие ещё долго рассказывали родителям о том, что увидели.",
  ],
  Ukrainian: [
    "У суботу на подвір'ї школи відбувся ярмарок, на який прийшли майже всі мешканці села. Господині принесли пироги, мед і варення, а майстри показували вироби з дерева. Зібрані кошти підуть на нові вікна для спортивної зали, бо взимку там дуже холодно.",
    "Наступного тижня почнеться посадка дерев уздовж головної вулиці. Хто має лопату й вільну годину, може приєднатися о десятій ранку біля пошти. Чай та бутерброди приготують добровольці з місцевої пекарні.",
  ],
  Chinese: [
    "今天早上，社区的居民聚集在图书馆前面，讨论如何修缮旧的花园。大家都认为应该先清理池塘，然后再种一些适合本地气候的树木。负责财务的王女士说明了去年的支出，并建议把工程分成三个阶段进行，这样就不需要向银行借款。",
    "下午，孩子们参观了附近的博物馆。讲解员向他们介绍了古代的造纸方法，每个人都有机会亲手试一试。回家的路上，他们一边走一边谈论自己最喜欢的展品，有些孩子还打算周末带父母再去一次。",
  ],
  Japanese: [
    "今朝、町の人々が公民館に集まり、古い橋の修理について話し合いました。春になって雪が解けたら工事を始めたいという意見が多く、会計の田中さんは昨年の支出を詳しく説明しました。費用を三回に分けて払えば、新しく借りる必要はないそうです。",
    "午後には子どもたちが図書館へ行き、昔の本の展示を見ました。先生は和紙の作り方を見せ、みんなが自分の手で試すことができました。帰り道では、いちばん気に入った本の話をしながら、ゆっくり歩いて家に戻りました。",
  ],
  Korean: [
    "오늘 아침 마을 주민들이 회관에 모여 오래된 다리를 고치는 일에 대해 이야기를 나누었습니다. 많은 사람들이 얼음이 녹는 봄에 공사를 시작하자고 했고, 회계를 맡은 분이 작년에 쓴 돈을 자세히 설명했습니다. 비용을 세 번에 나누어 내면 새로 빌릴 필요가 없다고 합니다.",
    "오후에는 아이들이 도서관에 가서 옛날 책 전시를 보았습니다. 선생님이 종이를 만드는 방법을 보여 주셨고 모두가 직접 해 볼 수 있었습니다. 집으로 돌아오는 길에 아이들은 가장 마음에 든 책 이야기를 하며 천천히 걸었습니다.",
  ],
  Arabic: [
    "اجتمع سكان القرية صباح اليوم في قاعة المدرسة لمناقشة إصلاح الجسر القديم فوق النهر. رأى كثيرون أن يبدأ العمل في فصل الربيع حين تجف الطريق، وعرض أمين الصندوق مصروفات العام الماضي بالتفصيل، ثم اقترح تقسيم الميزانية الجديدة إلى ثلاثة أجزاء حتى لا تحتاج القرية إلى قرض.",
    "بعد الظهر ذهب الأطفال إلى المكتبة حيث أقيم معرض للكتب القديمة. شرحت المعلمة كيف كان الناس يصنعون الورق بأيديهم، وجرب كل طفل ذلك بنفسه. وفي طريق العودة تحدثوا عن الكتب التي أعجبتهم أكثر من غيرها.",
  ],
  Hebrew: [
    "הבוקר נפגשו תושבי השכונה באולם בית הספר כדי לדבר על שיפוץ הגינה הישנה. רבים חשבו שכדאי להתחיל באביב, כשהגשמים נגמרים, והגזבר הציג את ההוצאות של השנה שעברה. לבסוף הוחלט לחלק את העבודה לשלושה שלבים, כך שלא יהיה צורך בהלוואה.",
    "אחר הצהריים הלכו הילדים לספרייה וראו תערוכה של ספרים עתיקים. המורה הראתה להם איך הכינו פעם נייר, וכל אחד ניסה בעצמו. בדרך הביתה הם סיפרו זה לזה איזה ספר אהבו יותר מכול.",
  ],
  Hindi: [
    "आज सुबह गाँव के लोग विद्यालय में इकट्ठा हुए और नदी पर बने पुराने पुल की मरम्मत के बारे में बात की। बहुत से लोगों ने कहा कि काम वसंत में शुरू होना चाहिए जब रास्ता सूख जाए। कोषाध्यक्ष ने पिछले साल के खर्च का पूरा ब्योरा दिया और बताया कि नए बजट को तीन हिस्सों में बाँटा जा सकता है।",
    "दोपहर के बाद बच्चे पुस्तकालय गए जहाँ पुरानी किताबों की प्रदर्शनी लगी थी। शिक्षिका ने समझाया कि पहले काग़ज़ कैसे बनाया जाता था और सबने अपने हाथ से बनाकर देखा। घर लौटते समय वे अपनी पसंद की किताबों के बारे में बातें करते रहे।",
  ],
  Thai: [
    "เช้าวันนี้ชาวบ้านมารวมตัวกันที่โรงเรียนเพื่อพูดคุยเรื่องการซ่อมสะพานเก่าข้ามแม่น้ำ หลายคนเห็นว่าควรเริ่มงานในฤดูแล้งเมื่อถนนแห้งสนิท เหรัญญิกเล่าถึงค่าใช้จ่ายของปีที่แล้วอย่างละเอียด และเสนอให้แบ่งงบประมาณใหม่ออกเป็นสามส่วน",
    "ตอนบ่ายเด็กๆ ไปห้องสมุดเพื่อชมนิทรรศการหนังสือเก่า ครูสาธิตวิธีทำกระดาษแบบโบราณ และทุกคนได้ลองทำด้วยตัวเอง ระหว่างทางกลับบ้านพวกเขาคุยกันถึงหนังสือเล่มที่ชอบที่สุด",
  ],
  Greek: [
    "Το πρωί οι κάτοικοι του χωριού μαζεύτηκαν στο σχολείο για να συζητήσουν την επισκευή της παλιάς γέφυρας. Πολλοί πρότειναν να αρχίσουν οι εργασίες την άνοιξη, όταν ο δρόμος θα είναι στεγνός, και ο ταμίας παρουσίασε αναλυτικά τα έξοδα της περασμένης χρονιάς.",
    "Το απόγευμα τα παιδιά πήγαν στη βιβλιοθήκη, όπου είχε οργανωθεί μια έκθεση με παλιά βιβλία. Η δασκάλα τους έδειξε πώς έφτιαχναν κάποτε το χαρτί και όλοι δοκίμασαν μόνοι τους. Στον δρόμο για το σπίτι μιλούσαν για το βιβλίο που τους άρεσε περισσότερο.",
  ],
  German: [
    "Am Morgen traf sich der Gemeinderat, um über die Ausbesserung der alten Brücke zu sprechen. Viele Bürger wünschten, dass die Arbeiten im Frühling beginnen, sobald der Weg trocken ist. Die Kämmerin erläuterte ausführlich die Ausgaben des vergangenen Jahres und schlug vor, die Kosten auf drei Abschnitte zu verteilen.",
    "Nachmittags gingen die Kinder in die Bücherei, wo eine Ausstellung alter Bücher zu sehen war. Die Lehrerin zeigte, wie man früher Papier schöpfte, und jedes Kind durfte es selbst versuchen. Auf dem Heimweg erzählten sie einander, welches Buch ihnen am besten gefallen hatte.",
  ],
  French: [
    "Ce matin, les habitants du village se sont réunis à l'école pour parler de la réparation du vieux pont. Beaucoup souhaitaient que les travaux commencent au printemps, dès que la route serait sèche. La trésorière a présenté en détail les dépenses de l'année passée et a proposé de répartir le coût en trois étapes.",
    "L'après-midi, les enfants sont allés à la bibliothèque, où une exposition de livres anciens les attendait. La maîtresse leur a montré comment on fabriquait autrefois le papier, et chacun a pu essayer. Sur le chemin du retour, ils parlaient du livre qu'ils avaient préféré.",
  ],
  Spanish: [
    "Esta mañana los vecinos del pueblo se reunieron en la escuela para hablar de la reparación del viejo puente. Muchos pidieron que las obras empezaran en primavera, cuando el camino estuviera seco. La tesorera explicó con detalle los gastos del año pasado y propuso dividir el coste en tres partes.",
    "Por la tarde los niños fueron a la biblioteca, donde se había preparado una exposición de libros antiguos. La maestra les enseñó cómo se hacía el papel en otros tiempos y cada uno pudo probarlo. De camino a casa hablaban del libro que más les había gustado.",
  ],
  Polish: [
    "Rano mieszkańcy wsi spotkali się w szkole, żeby porozmawiać o naprawie starego mostu. Wielu chciało, aby prace zaczęły się wiosną, gdy droga będzie już sucha. Skarbniczka szczegółowo przedstawiła zeszłoroczne wydatki i zaproponowała, by koszty rozłożyć na trzy części.",
    "Po południu dzieci poszły do biblioteki, gdzie przygotowano wystawę dawnych książek. Nauczycielka pokazała, jak kiedyś czerpano papier, a każde dziecko mogło spróbować samo. W drodze do domu opowiadały sobie, która książka spodobała im się najbardziej.",
  ],
  Turkish: [
    "Bu sabah köy halkı eski köprünün onarımını konuşmak için okulda toplandı. Birçok kişi çalışmaların yol kuruduğunda, ilkbaharda başlamasını istedi. Sayman geçen yılın giderlerini ayrıntılı olarak anlattı ve masrafın üç bölüme ayrılmasını önerdi.",
    "Öğleden sonra çocuklar eski kitapların sergilendiği kütüphaneye gittiler. Öğretmen eskiden kâğıdın nasıl yapıldığını gösterdi ve herkes kendi eliyle denedi. Eve dönerken en çok beğendikleri kitabı birbirlerine anlattılar.",
  ],
  Vietnamese: [
    "Sáng nay người dân trong làng họp ở trường để bàn về việc sửa cây cầu cũ. Nhiều người muốn bắt đầu vào mùa xuân, khi con đường đã khô ráo. Cô thủ quỹ trình bày kỹ các khoản chi của năm ngoái và đề nghị chia chi phí thành ba phần.",
    "Buổi chiều bọn trẻ đến thư viện xem triển lãm sách cổ. Cô giáo cho các em thấy ngày xưa người ta làm giấy như thế nào, và em nào cũng được thử. Trên đường về nhà các em kể cho nhau nghe cuốn sách mình thích nhất.",
  ],
};

/** What tools return: lines of a log, a table, a value in JSON, a page in markup. */
export const TOOL_RESULTS: Readonly<Record<string, string>> = {
  log: [
    "2026-03-04T09:15:27.318Z INFO  [worker-7] job 48213 finished in 1834 ms, 12 of 12 parts, queue=orders attempt=1",
    "2026-03-04T09:15:27.402Z DEBUG [worker-2] GET /v1/stock?warehouse=north&page=3 -> 200 in 27 ms (5120 bytes)",
    "2026-03-04T09:15:28.011Z WARN  [scheduler] next run delayed by 450 ms: 3 jobs are waiting for a free place",
    "2026-03-04T09:15:28.990Z INFO  [worker-4] request 0f9c1c1e-52c4-4a1d-9d0b-1f0e6f0f2a77 accepted, region=eu-west",
    "",
  ].join("\n"),
  table: [
    "date,article,quantity,unit price,total,branch",
    "2026-02-11,A-1047-B,12,18.50,222.00,Harbour Street",
    "2026-02-12,C-2210-K,3,149.00,447.00,Old Market",
    "2026-02-12,A-1049-B,40,2.75,110.00,Harbour Street",
    "",
  ].join("\n"),
  json: `${JSON.stringify(
    {
      id: "5c1f3b7e-91f0-4a55-8f0e-3f2f5d1f9b10",
      title: "Repair of the bridge",
      tags: ["bridge", "spring", "budget"],
      owner: { name: "Office of works", room: "2.14" },
      estimate: 48250.75,
      isOpen: true,
      updatedAt: "2026-03-04T09:15:27Z",
      notes: "Wait until the road is dry; ask the neighbours before the first of May.",
    },
    null,
    2,
  )}\n`,
  markup:
    '<section class="card"><h2 id="opening-hours">Opening hours</h2><p>The reading room is open from <b>9:00</b> to <b>18:30</b>, on Saturdays until noon.</p><ul><li><a href="/rooms/reading">Reading room</a></li><li><a href="/events?month=5">Events in May</a></li></ul></section>\n',
};
