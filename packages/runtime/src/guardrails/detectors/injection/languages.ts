/** The same acts in other languages: voiding instructions, asking for hidden ones, becoming another. By what verbs and nouns each language has. */
import { ADDRESSING_ABROAD } from "./addressing-abroad.ts";
import { ASKING_ABROAD } from "./asking-abroad.ts";
import { any, type Feature, feature, gap } from "./feature.ts";

/** Words of one language. Nouns and verbs may stand in either order. */
interface Vocabulary {
  /** Ignore, forget, override. */
  readonly void: string;
  /** Instructions, rules, guidelines. */
  readonly orders: string;
  /** Show, reveal, repeat. */
  readonly show: string;
  /** System prompt, your instructions, what is above. */
  readonly hidden: string;
  /** You are now, from now on, pretend. */
  readonly become: string;
  /** Without restrictions, unfiltered, jailbreak. */
  readonly free: string;
  /** Do not tell the user, secretly. */
  readonly conceal?: string;
  /** No longer apply, are void. */
  readonly gone?: string;
  /** Only my word counts, you work for me. */
  readonly obey?: string;
}

const LATIN: readonly Vocabulary[] = [
  {
    void: "ignorier\\p{L}* | vergiss(?! nicht) | vergesst(?! nicht) | vergessen sie(?! nicht) | missachte\\p{L}* | missachten | uberge(?:he|hen) | verwirf | verwerfen | umgeh\\p{L}* | setz\\p{L}* (?:dich|sie sich) uber | setz\\p{L}*(?= [^.!?\\n]{0,60}(?:ausser kraft|außer kraft|beiseite)) | wirf(?= [^.!?\\n]{0,40}uber bord) | leg\\p{L}*(?= [^.!?\\n]{0,40}(?:ab|beiseite)\\b) | brich |  halte dich nicht (?:mehr )?an | beachte\\p{L}* (?:\\p{L}+ )?nicht | befolge\\p{L}* (?:\\p{L}+ ){0,4}nicht | uberschreib\\p{L}* | loesch\\p{L}* | losch\\p{L}*",
    orders:
      "anweisung\\p{L}* | instruktion\\p{L}* | vorgaben? | vorschrift\\p{L}* | regeln | richtlinien | befehle? | systemprompt | (?:vorherige[sn]?|bisherige[sn]?)(?! (?:nachricht|e-?mail|mail|rechnung|bestellung|anfrage|bitte|frage)) | was (?:ich|dir|man) (?:zuvor|vorher|bisher)\\p{L}* | alles,? (?:bisherige|vorherige|davor|oben|was (?:vorher|davor|oben|bisher|zuvor))",
    show: "zeig\\p{L}* | verrat\\p{L}* | nenn\\p{L}* | gib\\p{L}* | geben sie | wiederhol\\p{L}* | schreib\\p{L}* | wie laute\\p{L}* | was (?:ist|sind|steht) | kopier\\p{L}* | lies | offenbar\\p{L}* | druck\\p{L}* | lies | ubersetz\\p{L}* | fass\\p{L}*",
    hidden:
      "system-?prompts? | system-?anweisung\\p{L}* | systemnachricht | dein(?:e|en|em|er)? (?:\\p{L}+ )?(?:anweisung\\p{L}*|instruktion\\p{L}*|vorgaben|prompts?|regeln|richtlinien|konfiguration) | ihre (?:\\p{L}+ )?(?:anweisung\\p{L}*|vorgaben|instruktion\\p{L}*) | (?:ursprunglich|versteckt|geheim|intern|initial)\\p{L}* (?:anweisung\\p{L}*|prompt|instruktion\\p{L}*|regeln) | alles (?:oben|was (?:oben|davor))\\p{L}* | (?:den |der )?text,? (?:ab,? )?(?:den|der|die) (?:\\p{L}+ ){0,3}(?:uber|vor) (?:meiner|dieser|unser)\\p{L}* (?:\\p{L}+ )?(?:frage|nachricht|unterhaltung|gesprach) | (?:du|sie) vor (?:meiner|dieser) (?:\\p{L}+ )?(?:nachricht|frage) | was (?:der betreiber|dein\\p{L}* \\p{L}+|man) dir (?:\\p{L}+ ){0,2}(?:vorgegeben|gesagt|aufgetragen|befohlen|mitgegeben)",
    become:
      "du bist (?:jetzt|nun|ab (?:jetzt|sofort)) | ab (?:jetzt|sofort) (?:bist|bin|antwortest|verhalt\\p{L}*|sollst|spielst|wirst) | tu so,? als | verhalte dich (?:wie|als) | spiel\\p{L}* (?:die rolle|einen?) | stell dir vor,? du (?:bist|warst) | von nun an | ab hier | (?:wie|als) (?:eine?|einer) (?:ki|maschine|computer|bot)\\b | antworte wie",
    free: "ohne (?:jegliche |irgendwelche |alle )?(?:einschrankung\\p{L}*|beschrankung\\p{L}*|filter|regeln|grenzen|zensur) | uneingeschrankt\\p{L}* | unzensiert\\p{L}* | keine (?:regeln|einschrankungen|grenzen|filter|vorschriften|vorgaben|skrupel) | hor(?:e|en)? auf,? (?:ein|eine) (?:\\p{L}+ )?(?:assistent\\p{L}*|bot|ki) | (?:lass|wirf) (?:\\p{L}+ ){0,2}(?:hemmungen|skrupel|masken?)(?: \\p{L}+)? | ohne (?:gewissen|skrupel|moral|hemmungen) | entwicklermodus | ungefiltert\\p{L}*",
    conceal:
      "(?:sag|erzahl|verrat|teil|informier|erwahn)\\p{L}* (?:\\p{L}+ ){0,4}(?:nicht|nichts|niemandem) | ohne (?:den|dem|es dem) (?:nutzer|benutzer|anwender)\\p{L}* | heimlich",
    gone: "gelten (?:ab (?:jetzt|sofort|hier) )?(?:nicht|nicht mehr|nicht langer) | gilt (?:ab (?:jetzt|sofort) )?nicht(?: mehr)? | (?:sind|ist|waren|wurden|wird) (?:ab (?:jetzt|sofort) |hiermit |jetzt )?(?:aufgehoben|ungultig|nichtig|ausser kraft|außer kraft|abgeschaltet|hinfallig|falsch|geloscht) | zahl(?:t|en) (?:jetzt |ab hier )?nicht(?: mehr)? | existier\\p{L}* nicht(?: mehr)?",
    obey: "(?:du|sie) arbeite(?:st|n) (?:jetzt |ab jetzt |nun )?(?:nur )?(?:noch )?fur mich | gehorch\\p{L}* (?:nur |ab jetzt |nur noch )?mir | (?:nur|allein) (?:noch )?(?:meine? \\p{L}+|was ich (?:sag|schreib)\\p{L}*)(?: \\p{L}+)? ?(?:zahl\\p{L}*|gilt|gelten)? | gilt nur,? was ich",
  },
  {
    void: "ignor(?:e|ez|er|es)(?!-t-) | oubli(?:e|ez|er|es) | ne (?:tiens|tenez|tenir) (?:pas|plus) compte | neglig(?:e|ez) | fais abstraction | faites abstraction | passe outre | contourn(?:e|ez|er) | ne (?:suis|suivez|respecte|respectez) (?:pas|plus) | abandonn(?:e|ez) | mets de cote | mettez de cote | laisse tomber | debarrasse-toi de | enfrein(?:s|dre) | efface(?:z|r)? | outrepass\\p{L}* | annul(?:e|ez)",
    orders:
      "(?:limites|regles|consignes|restrictions) (?:qu'on|que l'on|qui|imposees) | (?:tes|vos|les|ces|mes|des|nos|toute consigne|aucune) (?:\\p{L}+ )?(?:instructions?|consignes?|directives?|regles?|ordres?|restrictions?)(?! de (?:securite|montage|la\\b)) | ce qui precede | (?<!(?:message|mail|courriel|e-mail|facture|commande|devis|lettre|courrier)s? )precedente?s? | tout ce (?:qui|que) (?:\\p{L}+ ){0,4}(?:avant|dessus|precede|dit)",
    show: "montr\\p{L}* | revel\\p{L}* | affich\\p{L}* | repet\\p{L}* | donn\\p{L}* | dis | dites | ecri\\p{L}* | quel(?:le)?s?(?: (?:est|sont|etaient))? | partag\\p{L}* | divulgu\\p{L}* | imprim\\p{L}* | recopi\\p{L}* | recit\\p{L}* | tradui\\p{L}*",
    hidden:
      "prompt systeme | system prompt | (?:ton|votre|le contenu (?:exact )?de (?:ton|votre)) message systeme | message systeme | invite systeme | (?:tes|vos|ton|votre) (?:\\p{L}+ )?(?:instructions?|consignes?|directives?|prompt|regles|configuration) | (?:instructions?|consignes?|directives?|regles) (?:initiales?|cachees?|secretes?|internes?|d'origine|originales?|systeme) | tout ce qui (?:est|se trouve) (?:\\p{L}+ ){0,2}(?:dessus|avant) | (?:instructions?|consignes?|regles) (?:as-tu|avez-vous|t'a-t-on|que tu as|qu'on t'a) (?:recu|donne)\\p{L}* | texte qui (?:precede|se trouve avant) (?:notre|mon|ma|cette) (?:conversation|message|question)",
    become:
      "tu es (?:maintenant|desormais|a present) | vous etes (?:maintenant|desormais) | a partir de maintenant | desormais,? (?:tu|vous) | a partir d'ici | fais comme si | faites comme si | agis (?:comme|en tant) | agissez (?:comme|en tant) | joue(?:z)? le role | imagine que tu (?:es|n'as) | comporte-toi",
    free: "sans (?:aucune? )?(?:restrictions?|limites?|filtres?|regles?|censure|limitations?) | aucune (?:restriction|limite|regle|censure) | sans (?:loi|morale|foi ni loi|tabou|retenue) | non censure\\p{L}* | mode (?:developpeur|debogage|sans filtre)",
    conceal:
      "(?:ne|n') ?(?:dis|dites|mentionne|mentionnez|revele|revelez|informe|informez|previens|prevenez|parle|parlez)\\p{L}* (?:\\p{L}+ ){0,3}(?:pas|rien|jamais) | a l'insu de | secretement | sans (?:le dire|prevenir|informer)",
    gone: "(?:ne |n')(?:sont|est|s'appliquent|comptent|existent|existaient|valent|existe)\\p{L}* (?:plus|pas) | (?:sont|est) (?:desormais |maintenant )?(?:annule|nul|caduc|suspendu|leve|supprime|efface)\\p{L}* | n'existaient pas",
    obey: "seules? (?:mes|ma) \\p{L}+ (?:compt\\p{L}*|val\\p{L}*) | tu (?:travailles|obeis) (?:maintenant |desormais )?(?:pour|a) moi | n'obeis qu'a moi | tu n'es plus un \\p{L}+",
  },
  {
    void: "ignor(?:a|e|en|ar|ad|as) | olvid(?:a|e|en|ar|ad|ate) | haz caso omiso | no (?:sigas|siga|hagas caso|obedezcas|tengas en cuenta|respetes) | descart(?:a|e|ar) | pasa por alto | desobedece | omit(?:e|a|ir) | salta(?:te)? | anula | elude | desestim\\p{L}* | desecha | deja de lado | deja a un lado | rompe",
    orders:
      "instrucciones | indicaciones | directrices | reglas | ordenes | normas | mensajes? (?:anterior\\p{L}*|del sistema) | restricciones | todo lo (?:anterior|que (?:\\p{L}+ ){0,3}(?:antes|dicho|dije|dijeron)) | lo anterior",
    show: "muestr\\p{L}* | mostra\\p{L}* | revel\\p{L}* | repit\\p{L}* | dime | diga\\p{L}* | imprim\\p{L}* | escrib\\p{L}* | dame | comparte\\p{L}* | cual(?:es)? (?:es|son|fue|fueron|eran) | ensena\\p{L}* | divulg\\p{L}* | traduc\\p{L}*",
    hidden:
      "prompt (?:del sistema|inicial|de sistema|original) | mensaje del sistema | instrucciones (?:del sistema|iniciales|recibid\\p{L}*|que recibiste|ocultas|secretas|internas|originales|previas) | (?:tus|sus|tu) (?:\\p{L}+ )?(?:instrucciones|directrices|reglas|indicaciones|prompt|configuracion|ordenes) | todo lo (?:que esta |de )?(?:arriba|anterior) | (?:palabras|instrucciones|ordenes|reglas) que (?:te dieron|recibiste|has recibido|te han dado)",
    become:
      "(?:ahora )?(?:eres|seras) (?:ahora|un[a]? (?:ia|asistente|modelo)) | ahora eres | a partir de ahora | de ahora en adelante | desde ahora | desde este momento | a partir de aqui | finge (?:que|ser) | actua como si | actua (?:como|cual) | haz(?:te)? (?:de cuenta|pasar) | haz como si no | imagina que eres | comportate como | juega el (?:papel|rol)",
    free: "sin (?:ningun[a]? |ninguna clase de )?(?:restricciones|restriccion|limites|limitaciones|filtros?|reglas|censura) | no (?:tienes|tiene|hay) (?:restricciones|limites|reglas|filtros) | (?:como si )?(?:no|ningun\\p{L}*) (?:te )?(?:hubieran (?:puesto|dado)|tuvieras|hubiera|existieran) (?:\\p{L}+ )?(?:reglas|limites|normas|restricciones|filtros) | modo (?:desarrollador|depuracion|dios|sin (?:filtros?|restricciones)) | sin censurar",
    conceal:
      "no (?:le )?(?:digas|menciones|informes|reveles|avises|cuentes|notifiques)\\p{L}* | sin (?:que el usuario|avisar|informar|decir\\p{L}*) | en secreto | secretamente",
    gone: "(?:ya no|no) (?:aplican|se aplican|importan|cuentan|existen|existieran|valen|valgan|rigen) | (?:quedan|estan|han sido|son) (?:\\p{L}+ )?(?:anulad|suspendid|cancelad|eliminad|revocad|invalid|nul)\\p{L}*",
    obey: "solo (?:me )?(?:obedeces|obedece|obedeceras|cuentan|importan)(?: (?:mis|mi|a mi))? ?\\p{L}* | trabajas (?:ahora )?para mi | ya no eres un\\p{L}* \\p{L}+",
  },
  {
    void: "ignor(?:a|ate|are|i|ino) | dimentic(?:a|ate|are|ati) | non (?:seguire|seguite|considerare|rispettare|tenere conto) | trascur(?:a|ate|are) | scord(?:a|ati) | tralascia | aggira | disattendi | annulla | scarta | metti da parte | lascia perdere | infrangi",
    orders:
      "istruzion[ei] | direttiv[ae] | regole | indicazioni | ordini | comandi | linee guida | tutto (?:cio|quello) che (?:\\p{L}+ ){0,3}(?:prima|precede|detto|sopra) | precedenti",
    show: "mostra\\p{L}* | rivela\\p{L}* | ripeti\\p{L}* | dimmi | stampa\\p{L}* | scrivi\\p{L}* | quali (?:sono|erano) | qual e | condividi | traduci | elenca | svela",
    hidden:
      "prompt di sistema | messaggio di sistema | (?:tue|tuo|vostre) (?:\\p{L}+ )?(?:istruzioni|testo|regole|direttive|prompt|linee guida|configurazione) | istruzioni (?:iniziali|nascoste|segrete|interne|originali|di sistema) | tutto (?:cio|quello) che (?:e |c'e )?sopra | testo che ti (?:e|era) stato dato | istruzioni (?:hai|che hai) ricevut\\p{L}* | (?:regole|istruzioni) che ti hanno dato",
    become:
      "(?:ora|adesso|d'ora in poi) (?:sei|sarai) | da (?:ora|adesso) in poi | d'ora in (?:poi|avanti) | fai finta | fingi (?:di|che) | comportati come | agisci come | immagina di essere | da qui in poi",
    free: "senza (?:alcun[a]? |nessun[a]? )?(?:restrizion[ei]|limiti|limitazioni|filtri|regole|censura) | modalita (?:sviluppatore|debug) | nessuna (?:restrizione|regola)",
    gone: "non (?:valgono|si applicano|contano|esistono|esistessero|hanno valore)(?: piu)? | (?:sono|e) (?:\\p{L}+ )?(?:annullat|sospes|cancellat|revocat|null|decadut)\\p{L}*",
    obey: "(?:obbedisci|ubbidisci|rispondi) (?:solo|soltanto) a me | lavori (?:ora |adesso )?per me | contano solo le mie | non sei piu un\\p{L}* \\p{L}+ | rispondi liberamente",
  },
  {
    void: "ignor(?:e|a|em|ar) | esquec(?:a|e|er|am) | desconsider(?:e|a|ar) | nao (?:siga|sigas|obedeca|considere|respeite) | desrespeit(?:e|a) | descart(?:e|a) | contorn(?:e|a) | burl(?:e|a) | anul(?:e|a) | deixe de lado | deixa de lado | quebre",
    orders:
      "instruc(?:oes|ao) | diretrizes | sua programacao | regras | ordens | comandos | orientac(?:oes|ao) | tudo (?:o )?que (?:\\p{L}+ ){0,4}(?:antes|acima|anterior\\p{L}*|disse\\p{L}*) | mensagens anteriores | restric(?:oes|ao)",
    show: "mostr\\p{L}* | revel\\p{L}* | repit\\p{L}* | diga\\p{L}* | imprim\\p{L}* | escrev\\p{L}* | me de | qua(?:l|is) (?:e|sao|eram|foi|foram) | compartilh\\p{L}* | exib\\p{L}* | traduz\\p{L}* | divulg\\p{L}*",
    hidden:
      "prompt (?:do|de) sistema | mensagem (?:do|de) sistema | (?:suas|seu|tuas|teu) (?:\\p{L}+ )?(?:instrucoes|regras|diretrizes|prompt|configurac\\p{L}*|orientacoes) | instrucoes (?:iniciais|ocultas|secretas|internas|originais|do sistema) | prompt (?:inicial|original|oculto) | tudo (?:o que esta )?acima | instrucoes (?:que )?(?:voce )?recebeu | (?:regras|instrucoes) que (?:voce )?recebeu",
    become:
      "(?:agora )?voce (?:e agora|agora e|sera agora) | agora voce e | a partir de agora | de agora em diante | finja (?:que|ser) | aja como | faca de conta | imagine que voce | comporte-se como | a partir daqui",
    free: "sem (?:nenhuma? |quaisquer |qualquer )?(?:restric(?:oes|ao)|limites|limitac(?:oes|ao)|filtros?|regras|censura) | modo (?:desenvolvedor|depurac\\p{L}*|deus|sem filtros?)",
    conceal:
      "nao (?:diga|mencione|informe|revele|avise|conte)\\p{L}* | sem (?:que o usuario|avisar|informar) | secretamente",
    gone: "(?:nao|ja nao) (?:se aplicam|valem|existem|contam|importam|vigoram)(?: mais)? | (?:foram|estao|sao) (?:\\p{L}+ )?(?:anulad|suspens|cancelad|revogad|removid|nul)\\p{L}*",
    obey: "obede(?:ca|ce) (?:so|somente|apenas) a mim | faca o que eu (?:mando|digo|disser) | trabalha (?:agora )?para mim | so (?:as )?minhas \\p{L}+ (?:contam|valem) | voce nao e mais um\\p{L}* \\p{L}+",
  },
  {
    void: "zet(?= [^.!?\\n]{0,40}opzij) | leg(?= [^.!?\\n]{0,40}(?:opzij|naast)) | negeer | negeren | vergeet | vergeten | sla (?:\\p{L}+ ){0,3}over | volg (?:\\p{L}+ ){0,4}niet | omzeil | schend | glom\\p{L}* | ignorera | bortse | strunta i | folj inte | ignorer | glem | se bort fra | folg ikke | unohda | jata huomiotta | ala noudata",
    orders:
      "instructies? | aanwijzingen | richtlijnen | regels | opdrachten | instruktion\\p{L}* | anvisning\\p{L}* | regler\\p{L}* | riktlinjer\\p{L}* | retningslinjer\\p{L}* | instruks\\p{L}* | ohjee\\p{L}* | ohjeet | saannot | saannoista | vorige | eerdere | tidigare | tidligere | aiemmat",
    show: "toon | onthul\\p{L}* | laat (?:\\p{L}+ )?zien | herhaal | geef | wat (?:is|zijn|was) | schrijf | vertel | visa | avsloja | upprepa | skriv | vad ar | vis | avslor | gjenta | gentag | hva er | hvad er | nayta | paljasta | toista | mika on",
    hidden:
      "systeem-?prompt | systeembericht | (?:je|jouw|uw) (?:\\p{L}+ )?(?:instructies|prompt|regels|richtlijnen) | systemprompt\\p{L}* | systemmeddelande\\p{L}* | (?:dina|din|dine|ditt) (?:\\p{L}+ )?(?:instruktion\\p{L}*|instruks\\p{L}*|regler|prompt|riktlinjer|retningslinjer) | jarjestelmakehot\\p{L}* | ohjee(?:si|t)",
    become:
      "je bent (?:nu|vanaf nu) | vanaf nu (?:ben|zal) | doe alsof | gedraag je als | du ar nu | fran och med nu | lats(?:as)? (?:som|att) | agera som | du er (?:na|nu) | fra na av | fra nu af | lat som | lad som | olet nyt | tasta lahtien | teeskentele",
    free: "zonder (?:enige )?(?:beperkingen|regels|filters?|censuur|restricties) | utan (?:nagra )?(?:begransningar|regler|filter|restriktioner) | uten (?:noen )?(?:begrensninger|regler|filter) | uden (?:nogen )?(?:begraensninger|regler|filtre) | ilman rajoituksia | ontwikkelaarsmodus | utvecklarlage",
    gone: "gelden niet(?: meer)? | zijn (?:opgeheven|ongeldig|vervallen) | galler inte(?: langre)? | gjelder ikke(?: lenger)? | gaelder ikke(?: laengere)?",
    obey: "doe alleen wat ik (?:zeg|wil) | gehoorzaam (?:alleen |enkel )?mij | je werkt (?:nu )?voor mij",
  },
  {
    void: "zignoruj\\p{L}* | ignoruj\\p{L}* | zapomnij\\p{L}* | pomin\\p{L}* | nie (?:przestrzegaj|stosuj|sluchaj|zwracaj) | odrzuc | obejdz | zlekcewaz | zapomen\\p{L}* | nedodrzuj | figyelmen kivul | felejts\\p{L}* | hagyd figyelmen | ignora(?:ti|ti-le|tie)? | ignora | uita(?:ti)? | nesocoti | agnoise | xechna",
    orders:
      "instrukcj\\p{L}* | polece\\p{L}* | to,? co bylo (?:wczesniej|przedtem|powyzej) | wytyczn\\p{L}* | zasad\\p{L}* | regul\\p{L}* | poprzedni\\p{L}*(?! pytani) | pokyn\\p{L}* | instrukc\\p{L}* | pravidl\\p{L}* | predchoz\\p{L}* | utasitas\\p{L}* | szabaly\\p{L}* | elozo\\p{L}* | korabbi\\p{L}* | instructiuni\\p{L}* | anterioar\\p{L}*",
    show: "pokaz\\p{L}* | wypisz\\p{L}* | ujawnij\\p{L}* | wyswietl\\p{L}* | powtorz\\p{L}* | podaj\\p{L}* | napisz\\p{L}* | jakie(?: sa)? | jaki jest | ukaz\\p{L}* | zobraz\\p{L}* | zopakuj | prozrad\\p{L}* | mutasd | ird ki | ismeteld | aruld el | arata\\p{L}* | dezvaluie | repeta | afiseaza",
    hidden:
      "prompt\\p{L}* system\\p{L}* | instrukcj\\p{L}* systemow\\p{L}* | (?:swoje|twoje|twoj|swoj) (?:\\p{L}+ )?(?:instrukcj\\p{L}*|prompt|zasady|wytyczne|polecenia) | (?:instrukcje|polecenia|zasady) (?:otrzymal|dostal)\\p{L}* | systemov\\p{L}* (?:prompt|pokyn|instrukc)\\p{L}* | (?:sve|tve|svoje) (?:\\p{L}+ )?(?:instrukce|pokyny|pravidla) | rendszer(?:prompt|utasitas|uzenet)\\p{L}* | (?:a )?(?:kezdeti|rejtett|eredeti) utasitas\\p{L}* | promptul de sistem | instructiunile (?:tale|initiale|de sistem)",
    become:
      "jestes teraz | od teraz | od tej pory | od tej chwili | udawaj,? ze | zachowuj sie jak | wciel sie | nyni jsi | od ted | predstirej | chovej se jako | mostantol | tegyel ugy | viselkedj ugy | acum esti | de acum (?:inainte|incolo) | prefa-te ca",
    free: "bez (?:zadnych |jakichkolwiek )?(?:ograniczen|regul|zasad|filtrow|cenzury) | bez (?:jakychkoli )?(?:omezeni|pravidel|filtru|cenzury) | korlatozas(?:ok)? nelkul | fara (?:nicio )?(?:restrictii|limite|reguli|filtre) | tryb(?:ie)? (?:dewelopera|programisty)",
    gone: "nie (?:obowiazuja|obowiazuje|maja znaczenia|licza sie|dzialaja)(?: cie| ciebie)?(?: juz)?(?: zadne)? | (?:zostaly|sa) (?:uniewaznione|anulowane|zawieszone|zniesione) | (?:uz )?neplati",
    obey: "rob,? co (?:mowie|kaze) | sluchaj (?:tylko )?mnie | pracujesz (?:teraz )?dla mnie",
  },
  {
    void: "gormezden gel\\p{L}* | yok say\\p{L}* | unut\\p{L}* | dikkate alma\\p{L}* | goz ardi et\\p{L}* | uyma\\p{L}* | abaikan | lupakan | jangan (?:ikuti|patuhi|hiraukan) | hiraukan | bo qua | quen (?:het |di )?| dung (?:tuan|lam) theo | phot lo | huwag (?:pansinin|sundin) | kalimutan | puuza | sahau",
    orders:
      "talimat\\p{L}* | yonerge\\p{L}* | kural\\p{L}* | komut\\p{L}* | onceki\\p{L}*(?! soru) | instruksi | petunjuk | perintah | aturan | sebelumnya | huong dan | chi (?:thi|dan) | lenh | quy tac | truoc (?:do|day)| tagubilin | utos | maelekezo | nakaraang",
    show: "goster\\p{L}* | acikla\\p{L}* | yaz\\p{L}* | tekrarla\\p{L}* | soyle\\p{L}* | paylas\\p{L}* | nedir | neler | tampilkan | tunjukkan | ungkapkan | ulangi | sebutkan | apa (?:saja )?(?:isi|adalah)? | hien thi | tiet lo | cho (?:toi )?(?:xem|biet) | lap lai | in ra | ipakita | onyesha",
    hidden:
      "sistem (?:prompt|istem|mesaj|talimat)\\p{L}* | (?:gizli|ilk|baslangic|orijinal) talimat\\p{L}* | talimatlarin\\p{L}* | prompt sistem | instruksi (?:sistem|awal|tersembunyi|asli)\\p{L}* | (?:instruksi|aturan|prompt)(?:mu| anda| kamu) | loi nhac he thong | prompt he thong | (?:huong dan|chi thi|lenh) (?:he thong|ban dau|goc|cua ban|bi an)",
    become:
      "artik (?:sen )?\\p{L}+s[iu]n | simdi(?:den)? (?:itibaren|sen) | bundan (?:sonra|boyle) | gibi davran\\p{L}* | rolunu ustlen | (?:kamu|anda) sekarang (?:adalah)? | mulai sekarang | berpura-pura\\p{L}* | bertindak(?:lah)? sebagai | bay gio ban la | tu (?:bay gio|gio) | hay (?:gia vo|dong vai)",
    free: "(?:hicbir )?(?:kisitlama|sinirlama|kural|filtre|sansur)\\p{L}* (?:olmadan|olmaksizin|yok) | sinirsiz | tanpa (?:batasan|aturan|filter|sensor|pembatasan) | khong (?:co )?(?:gioi han|han che|quy tac|kiem duyet) | gelistirici modu | mode pengembang",
  },
];

const OTHER: readonly Vocabulary[] = [
  {
    void: "игнориру\\p{L}* | проигнорируй\\p{L}* | (?<!не )забудь\\p{L}* | не (?:обращай|обращайте|следуй|следуйте|выполняй|соблюдай|учитывай)\\p{L}* | отбрось\\p{L}* | отмени\\p{L}* | обойди\\p{L}* | нарушь | пренебрег\\p{L}* | игноруй\\p{L}* | ігноруй\\p{L}* | (?<!не )забудьте | не зважай | не дотримуй\\p{L}* | пропусни | забрави | игнорирай\\p{L}*",
    orders:
      "инструкци\\p{L}* | указани\\p{L}* | правил\\p{L}* | команд\\p{L}* | директив\\p{L}* | распоряжени\\p{L}* | предыдущ\\p{L}*(?! вопрос) | ограничени\\p{L}* | промпт\\p{L}* | все,? что (?:\\p{L}+ ){0,4}(?:выше|раньше|ранее|до этого|говорил\\p{L}*) | інструкці\\p{L}* | вказівк\\p{L}* | попередн\\p{L}* | предишн\\p{L}* | указания",
    show: "покажи\\p{L}* | раскрой\\p{L}* | выведи\\p{L}* | повтори\\p{L}* | напиши\\p{L}* | назови\\p{L}* | скажи\\p{L}* | сообщи\\p{L}* | перечисли\\p{L}* | какие(?: у тебя)? | каков\\p{L}* | какой у тебя | распечатай\\p{L}* | какие инструкции тебе | что (?:тебе|у тебя) | процитируй\\p{L}* | переведи\\p{L}* | розкрий | виведи | покажіть",
    hidden:
      "системн\\p{L}* (?:промпт|подсказк|инструкци|сообщени|запрос|настройк)\\p{L}* | (?:свои|твои|ваши|своих|свой|твой) (?:\\p{L}+ )?(?:инструкци|правил|промпт|указани|директив|настройк|системн)\\p{L}* | (?:начальн|исходн|скрыт|секретн|первоначальн|внутренн)\\p{L}* (?:инструкци|промпт|указани|правил|сообщени)\\p{L}* | (?:все|всё|текст),? (?:что )?(?:написан\\p{L}* |было )?выше | системний промпт | (?:тебе|вам) (?:дали|задали|сообщили|написали)\\p{L}* | (?:инструкции|указания|правила) тебе (?:дали|задали) | текст,? (?:\\p{L}+ ){0,3}(?:до|перед) мо\\p{L}+ (?:первым |первого )?(?:сообщени|вопрос)\\p{L}*",
    become:
      "(?:ты|вы) теперь | теперь (?:ты|вы) | отныне | с этого момента | с этой минуты | представь,? что ты | представь,? что у тебя | притворись | веди себя как | действуй как | сыграй роль | ти тепер | відтепер",
    free: "без (?:каких-либо |всяких |любых )?(?:ограничений|правил|фильтров|цензуры|обмежень) | неограниченн\\p{L}* | режим\\p{L}* (?:разработчика|отладки|бога) | нет (?:никаких )?(?:ограничений|правил|запретов)",
    conceal:
      "не (?:говори|сообщай|упоминай|рассказывай|раскрывай|предупреждай)\\p{L}* (?:\\p{L}+ ){0,3}(?:пользовател|никому|об этом)\\p{L}* | тайно | незаметно для",
    gone: "(?:больше |уже )?не (?:действу\\p{L}*|име\\p{L}* силы|работа\\p{L}*|применя\\p{L}*|существу\\p{L}*) | (?:отменен|недействительн|аннулирован|снят|утратил)\\p{L}*",
    obey: "(?:ты|вы) (?:теперь )?(?:работаешь|работаете|подчиняешься) (?:только )?(?:на|для)? ?(?:меня|мне) | слушайся только меня | подчиняйся (?:только )?мне",
  },
  {
    void: "忽略 | 忽視 | 忽视 | 无视 | 無視 | 忘记 | 忘記 | 忘掉 | 不要(?:理会|遵守|遵循|管|听从|理會|遵從) | 不(?:必|用|再)(?:遵守|遵循|理会|遵從) | 绕过 | 繞過 | 跳过 | 抛开 | 拋開 | 覆盖 | 取消 | 违反 | 放弃 | 丢弃",
    orders:
      "指令 | 指示 | 规则 | 規則 | 命令 | 提示词 | 提示詞 | 提示 | 说明 | 說明 | 限制 | 要求 | 设定 | 設定 | 约束 | 准则 | 之前(?:的|所)?(?:内容|一切|所有|對話|对话|話) | 以上(?:所有|内容|全部|的) | 上面(?:的|所有) | 上述 | 先前",
    show: "显示 | 顯示 | 告诉 | 告訴 | 输出 | 輸出 | 重复 | 重複 | 透露 | 泄露 | 洩露 | 打印 | 列出 | 展示 | 公开 | 公開 | 说出 | 說出 | 给我 | 給我 | 什么是你 | 是什么 | 是什麼 | 复述 | 重述 | 背诵 | 翻译 | 写出 | 提供 | 揭示",
    hidden:
      "系统(?:提示|指令|消息|信息|设定|prompt) | 系統(?:提示|指令|訊息|設定|prompt) | 你的(?:\\p{L}{0,4})(?:指令|提示词|提示詞|提示|规则|規則|设定|設定|初始|系统|系統|prompt) | (?:初始|原始|隐藏|隱藏|内部|秘密|最初)的?(?:指令|提示|规则|規則|设定|指示|prompt) | 上面的(?:所有|全部)?(?:内容|文字|文本) | 你(?:一开始|最初|之前|最开始|被)?(?:收到|接到|得到|给)的?(?:\\p{L}{0,3})(?:指令|指示|规则|提示) | (?:第一条|最初的?|开头的?)(?:系统)?(?:消息|指令|提示)",
    become:
      "你现在是 | 你現在是 | 从现在(?:开始|起) | 從現在(?:開始|起) | 假装 | 假裝 | 扮演 | 假设你是 | 假設你是 | 现在起你 | 你将(?:扮演|成为) | 想象你是",
    free: "没有(?:任何)?(?:限制|规则|过滤|约束|审查|道德) | 沒有(?:任何)?(?:限制|規則|過濾|約束|審查|道德) | 不受(?:任何)?(?:限制|约束|約束|规则) | 无限制 | 無限制 | 开发者模式 | 開發者模式 | 越狱 | 越獄 | 不受约束",
    conceal: "不要(?:告诉|告訴|通知|提及|透露)(?:用户|用戶|使用者|任何人|给) | 秘密地 | 偷偷 | 暗中",
    gone: "(?:已经|已|全部|都|均|一律|现在)?(?:作废|失效|无效|不再适用|不再有效|不存在|不算数|被取消|被废除|作廢|無效|失效)",
    obey: "(?:必须|只|只能|只需|要)?听我的 | 只服从我 | 为我工作 | 服从我的",
  },
  {
    void: "無視し\\p{L}* | 無視して | 無視せよ | 忘れて | 忘れろ | 忘れてください | 忘れ(?:る|なさい) | 従わない\\p{L}* | 従わなくて | 従う必要はない | 破棄し | 破って | 破り | 取り消し | 無効に(?:し|する) | 上書きし | スキップし | 気にしない | 解除し | 무시\\p{L}* | 잊어\\p{L}* | 잊고 | 따르지 (?:마|말|않) | 따르지마\\p{L}* | 우회\\p{L}* | 취소\\p{L}*",
    orders:
      "指示 | 命令 | ルール | 規則 | プロンプト | フロンフト | 制約 | 制限 | カイトライン | カイドライン | これまて | これまで | 上記 | 以前の(?=指示|命令|ルール|会話|設定|フロンフト|プロンプト|規則) | 前の(?=指示|命令|ルール|会話|設定|フロンフト|プロンプト|規則) | 설정 | 지시\\p{L}* | 지침\\p{L}* | 명령\\p{L}* | 규칙\\p{L}* | 프롬프트\\p{L}* | 이전\\p{L}* | 앞선 | 위의",
    show: "見せて | 教えて | 表示し\\p{L}* | 表示せよ | 出力し\\p{L}* | 繰り返\\p{L}* | 出力して | 教えてください | 何ですか | 明かし\\p{L}* | 開示し\\p{L}* | 公開し\\p{L}* | 書き出し\\p{L}* | 何てすか | 何ですか | 印刷し | 보여\\p{L}* | 알려\\p{L}* | 출력\\p{L}* | 반복\\p{L}* | 공개\\p{L}* | 말해\\p{L}* | 무엇\\p{L}* | 뭐\\p{L}* | 공유\\p{L}* | 나열\\p{L}*",
    hidden:
      "システム(?:フロンフト|プロンプト|メッセーシ|メッセージ|指示|命令) | (?:あなた|君|お前)の(?:\\p{L}{0,6})(?:指示|命令|ルール|フロンフト|プロンプト|設定|カイトライン) | (?:初期|最初の|隠された|内部の?|元の|秘密の)(?:指示|命令|フロンフト|プロンプト|設定|ルール) | (?:あなた|君|最初)に?(?:に)?与えられた(?:指示|命令|ルール|規則|フロンフト|プロンプト) | 上記の(?:全て|すへて|内容|文章|テキスト) | 시스템 ?(?:프롬프트|메시지|지시|명령|지침)\\p{L}* | (?:너의|당신의|네) ?(?:\\p{L}+ )?(?:지시|지침|명령|규칙|프롬프트|설정)\\p{L}* | (?:초기|숨겨진|원래|비밀|내부) ?(?:지시|지침|명령|프롬프트|설정)\\p{L}*",
    become:
      "あなたは今(?:から|や) | あなたは今 | 今からあなた | これからは | 今後は | のふりをし | ふりをして | になりき | として振る舞 | として行動 | 演して | 演じて | 이제부터 | 지금부터 | 너는 이제 | 당신은 이제 | 인 척 | 척해 | 처럼 행동\\p{L}* | 역할을 (?:해|맡)\\p{L}*",
    free: "(?:制限|制約|ルール|規則|検閲|フィルター|フィルタ)(?:の)?(?:ない|なし|なしに|のない|がない|を受けない) | 無制限 | 開発者モート | 開発者モード | 脱獄 | (?:제한|제약|규칙|필터|검열)(?:이|가|은|는)? ?(?:없\\p{L}*|받지 않\\p{L}*) | 무제한 | 개발자 모드 | 탈옥",
    gone: "(?:すべて|全て|全部)?無効(?:です|になり|となり|だ)? | もう(?:存在しません|存在しない|ありません|適用されません) | 適用され(?:ません|ない) | 存在し(?:ません|ない) | 더 이상 (?:적용|유효|존재)\\p{L}* | 무효\\p{L}*",
    obey: "私(?:の言うこと)?(?:だけ|のみ)に(?:従|服従) | 내 (?:말|명령)만 (?:따르|들)\\p{L}*",
  },
  {
    void: "تجاهل\\p{L}* | انس[َىَ]?\\p{L}* | لا تتبع\\p{L}* | لا تلتزم | تجاوز\\p{L}* | اهمل\\p{L}* | تخط\\p{L}* | الغ\\p{L}* | نادیده بگیر\\p{L}* | فراموش کن\\p{L}* | نظر ?انداز کر\\p{L}* | بھول جا\\p{L}* | התעלם\\p{L}* | תתעלם\\p{L}* | שכח\\p{L}* | תשכח\\p{L}* | אל תציית",
    orders:
      "تعليمات\\p{L}* | اوامر\\p{L}* | قواعد\\p{L}* | توجيهات\\p{L}* | ارشادات\\p{L}* | سابق\\p{L}* | قيود\\p{L}* | دستور\\p{L}* | قوانین | قبلی | ہدایات | پچھل\\p{L}* | הוראות\\p{L}* | הנחיות\\p{L}* | כללים | קודמ\\p{L}*",
    show: "اظهر\\p{L}* | اعرض\\p{L}* | اكشف\\p{L}* | كرر\\p{L}* | اخبرني | اطبع\\p{L}* | اكتب\\p{L}* | ما هي | ما هو | شارك\\p{L}* | نشان بده\\p{L}* | فاش کن\\p{L}* | تکرار کن\\p{L}* | دکھا\\p{L}* | بتا\\p{L}* | הצג\\p{L}* | גלה\\p{L}* | חשוף | הדפס | תראה | חזור על | מה (?:הן|הם|היא)",
    hidden:
      "(?:موجه|مطالبة|رسالة|تعليمات|اوامر|برومبت) (?:ال)?نظام\\p{L}* | تعليماتك\\p{L}* | تعليمات (?:الاولية|السرية|المخفية|الاصلية|الداخلية) | قواعدك | دستورالعمل(?:های|هاي)? (?:سیستم|اولیه|مخفی|شما) | پرامپت سیستم | سسٹم پرامپٹ | הנחיות המערכת | הוראות המערכת | פרומפט | ההוראות שלך | ההנחיות שלך",
    become:
      "(?:انت|أنت) (?:الان|الآن) | من (?:الان|الآن) فصاعدا | تظاهر\\p{L}* | تصرف (?:ك|وك)\\p{L}* | تخيل انك | از (?:این پس|حالا) | وانمود کن | اب آپ | اب سے | אתה עכשיו | מעכשיו | העמד פנים | תתנהג כמו",
    free: "(?:بدون|بلا|دون) (?:اي |أي )?(?:قيود|حدود|قواعد|رقابة|فلاتر)\\p{L}* | غير مقيد | وضع المطور | بدون محدودیت | بغیر کسی (?:پابندی|حد) | (?:ללא|בלי) (?:שום )?(?:הגבלות|מגבלות|כללים|סינון|צנזורה)",
  },
  {
    void: "अनदख\\p{L}*\\s? | अनदेखा | नजरअदाज | नजरअंदाज | नज़रअंदाज़ | भल जा\\p{L}* | भूल जा\\p{L}* | मत मान\\p{L}* | पालन (?:न|मत) कर\\p{L}* | উপেক্ষা | ভলে যাও | ভুলে যাও | புறக்கணி\\p{L}* | மறந்து | ไม่ต้องสนใจ | เพิกเฉย\\p{L}* | ละเว้น | ลืม\\p{L}* | αγνοησ\\p{L}* | ξεχασ\\p{L}* | παραβλεψ\\p{L}*",
    orders:
      "नरदश\\p{L}* | निर्देश\\p{L}* | नयम\\p{L}* | नियम\\p{L}* | आदेश\\p{L}* | आदश\\p{L}* | पिछल\\p{L}* | पछल\\p{L}* | নির্দেশ\\p{L}* | আগের | அறிவுறுத்தல்\\p{L}* | முந்தைய | คำสั่ง\\p{L}* | กฎ\\p{L}* | ก่อนหน้า\\p{L}* | οδηγι\\p{L}* | κανον\\p{L}* | προηγουμεν\\p{L}* | εντολ\\p{L}*",
    show: "दखा\\p{L}* | दिखा\\p{L}* | बता\\p{L}* | दोहरा\\p{L}* | दहरा\\p{L}* | প্রকাশ | দেখাও | বলো | காட்டு | แสดง\\p{L}* | เปิดเผย\\p{L}* | บอก\\p{L}* | δειξ\\p{L}* | αποκαλυψ\\p{L}* | επαναλαβ\\p{L}* | πες",
    hidden:
      "ससटम (?:परमपट|नरदश|सदश)\\p{L}* | सिस्टम (?:प्रॉम्प्ट|निर्देश|संदेश)\\p{L}* | अपन\\p{L}* (?:नरदश|निर्देश|नयम|परारभक|छप)\\p{L}* | सिस्टम प्रॉम्प्ट | সিস্টেম প্রম্পট | তোমার নির্দেশ\\p{L}* | คำสั่งระบบ | พรอมต์(?:ของ)?ระบบ | คำสั่ง(?:เริ่มต้น|ของคุณ|ลับ)\\p{L}* | οδηγι\\p{L}* (?:του συστηματος|σου) | μηνυμα συστηματος | προτροπη συστηματος",
    become:
      "अब आप | अब तम | अब तुम | अब स | नाटक कर\\p{L}* | এখন থেকে | তুমি এখন | ตอนนี้คุณ(?:คือ|เป็น) | ตั้งแต่นี้ | แกล้งทำเป็น | สมมติว่าคุณ | τωρα εισαι | απο (?:τωρα|εδω) και (?:περα|στο εξης) | προσποιησου",
    free: "बना (?:कस )?(?:परतबध|सीमा|नयम|रोक)\\p{L}* | बिना (?:किसी )?(?:प्रतिबंध|सीमा|नियम|रोक)\\p{L}* | কোনো সীমা(?:বদ্ধতা)? ছাড়া | ไม่มี(?:ข้อจำกัด|กฎ|ขีดจำกัด)\\p{L}* | χωρις (?:κανεναν )?(?:περιορισμ|κανον|φιλτρ)\\p{L}*",
  },
];

const NEAR = 60;
const END = "(?!\\p{L})";
/** Rules for something are not those of the model. */
const NOT_FOR = "(?! (?:pour|para|per|fur|zum|zur|zu|voor|dla|для|per)(?!\\p{L}))";

/** Two words near one another, in either order, with no end of a sentence in between. */
const near = (one: string, other: string): string => `${one}${gap(NEAR)}${other}|${other}${gap(NEAR)}${one}`;

const beginning = (list: string): string => `(?:${any(list)})`;

function featuresOf(words: Vocabulary, isParted: boolean): readonly Feature[] {
  const whole = (list: string): string => `${beginning(list)}${isParted ? END : ""}`;
  return [
    ...feature("void", 1, near(whole(words.void), whole(words.orders))),
    ...feature("ask prompt", 1, near(whole(words.show), `${whole(words.hidden)}${NOT_FOR}`)),
    ...feature("from now", 0.6, beginning(words.become)),
    ...feature("free", 0.6, beginning(words.free)),
    ...(words.gone === undefined
      ? []
      : [
          ...feature("void", 1, near(whole(words.hidden), whole(words.gone))),
          ...feature("void", 0.6, near(whole(words.orders), whole(words.gone))),
        ]),
    ...(words.obey === undefined ? [] : feature("obey me", 0.7, beginning(words.obey))),
    ...(words.conceal === undefined ? [] : feature("conceal", 0.6, beginning(words.conceal))),
  ];
}

/** In Latin letters, and in other scripts, several of which do not part words by spaces. */
export const LANGUAGES: readonly Feature[] = [
  ...LATIN.flatMap((words) => featuresOf(words, true)),
  ...OTHER.flatMap((words) => featuresOf(words, false)),
  ...ASKING_ABROAD,
  ...ADDRESSING_ABROAD,
];
