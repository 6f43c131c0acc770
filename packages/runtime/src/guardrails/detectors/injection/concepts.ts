/** What words are about, where that matters for who gives orders to whom: words of one concept count as one, so that a synonym hides nothing. */

/** By concept, the words and phrases for it; inflected forms are made from them. Words may belong to several. */
const WORDS: Readonly<Record<string, string>> = {
  ignore: `ignore disregard forget neglect dismiss discard overlook unlearn omit skip pay_no_attention pay_no_heed pay_no_mind turn_a_blind_eye never_mind look_past
    vergiss vergessen ignoriere ignorier missachte oublie oubliez ignora olvida olvide dimentica dimenticati esqueca esqueco negeer vergeet zignoruj zapomnij ignoruj glom unut gormezden
    ignorieren missachten vergesst ignorez ne_tiens_pas_compte olvidate olviden no_hagas_caso lascia_perdere desconsidere abaikan lupakan bo_qua quen_het
    zapomnijcie gormezden_gel yok_say`,
  drop: `drop scrap bin ditch shelve abandon toss trash shred burn throw throw_out throw_away rip_up tear_up put_aside set_aside leave_aside lay_aside let_go leave_behind put_away get_rid fall_out
    dump_the lay_down put_down take_off empty shed cast_off wash_away do_away give_up jettison relinquish part_with leave_out leave quit loosen let_loose`,
  void: `void null annul cancel revoke rescind lift suspend waive expire obsolete outdated invalid out_of_date supersede replace withdraw pause gone irrelevant scratch fake joke mistake corrupt nonsense
    no_longer_apply no_longer_valid not_apply cease_to_exist aufgehoben ausser_kraft withdrawn end over waiver dissolve abolish repeal lapse not_count don't_count don't_apply doesn't_apply doesn't_count no_force needn't recall struck retire stale overturn nullify untrusted crashed unavailable offline
    annulees annulee levees anuladas anulo ya_no_valen annullate annulla vervallen opgeheven niewazne gecersiz tidak_berlaku hebe_auf`,
  override:
    "override overrule bypass circumvent sidestep evade dodge break violate disobey breach trump outrank get_around work_around get_past umgehe contourne",
  disable: `disable deactivate unload remove clear reset wipe erase delete off turn_off switch_off shut_off strip purge neutralise neutralize deaktiviere desactive
    deaktivieren abschalten schalte desactiver desactiva desactivez disattiva disattivare desative desativa uitschakelen kapat matikan nonaktifkan`,
  enable:
    "enable activate engage load boot enter unlock switch_to toggle initiate switch_on turn_on set go_into aktiviere active",
  instruction: `instruction directive direction guideline guidance prompt brief briefing command order script setup preamble charter mandate programming initial_message first_message system_message system_prompt system_text
    configuration config primer remit standing_orders rulebook rule_book anweisung anweisungen vorgaben befehle instrucciones instructions consignes istruzioni instrucoes instructies instrucje polecenia talimat talimatlari instruktioner pokyny systemprompt systeemprompt pre-prompt preprompt pre_prompt meta-prompt metaprompt sysprompt system_instructions developer_prompt
    vorgabe anleitung auftrag instruktion instruktionen richtlinien befehl systemanweisung consigne prompt_systeme instruccion indicaciones directrices
    ordenes istruzione direttive instrucao diretrizes opdracht opdrachten richtlijnen instrukcja instrukcji polecenie wytyczne wytycznych talimatlarini
    yonergeler yonergelerini instruksi petunjuk pedoman arahan huong_dan chi_dan loi_nhac playbook cheat_sheet job_description role_description
    system_role initial_text hidden_text starting_text initial_context prompt_template marching_orders house_rules operating_manual set-up starting_prompt
    opening_text`,
  rule: `rule policy guardrail guard_rail restriction constraint limit limitation boundary filter safeguard safety protection moderation censorship ethic moral principle norm alignment obligation protocol safety_layer inhibition chain cage leash terms
    training regeln regel filter regles regle reglas reglas restricciones regole regras restricoes regels beperkingen zasady ograniczen kural regler scruple conscience brake muzzle taboo prohibition ban caution careful censor code_of_conduct standard usage_policy caveat guard control check supervision supervisor oversight restraint curb law terms_of_use terms_of_service do_and_don't dos_and_don'ts value morality loyalty don'ts firewall
    einschrankung einschrankungen beschrankung beschrankungen sperren schranken vorschriften richtlinie limites filtre filtres politique norma normas
    limitaciones filtros restriccion politica limiti limite restrizioni restrizione filtri norme restricao beperking beleid grenzen reguly regul zasad
    ograniczenia filtry blokady kurallar kurallari kurallarini kisitlama kisitlaman sinirlama filtrelerini aturan aturanmu batasan pembatasan larangan
    quy_tac gioi_han han_che bo_loc`,
  earlier: `previous prior earlier preceding above precede foregoing former initial original first beginning begin_with start_of before until_now so_far up_to_now already old existing at_the_top up_to_this up_to_here previously initially originally came_first at_the_start at_the_beginning top_of came_before
    bisherigen bisherige vorherigen precedentes precedent anteriores anterior antes precedenti bovenstaande hierboven eerdere poprzednie wczesniejsze onceki tidigare predchozi
    oben obige obigen zuvor vorher anfang zu_beginn bisher ursprunglich initiales debut au_depart ci-dessus anterieures al_inicio principio iniciales
    previas arriba inizio iniziali iniziale prima sopra precedente no_inicio iniciais acima eerder vorige daarvoor wczesniej poczatku poprzednich basta
    baslangicta yukaridaki sebelumnya di_awal di_atas truoc_do phia_tren oldest earliest very_first before_me before_i before_my ahead_of prior_to
    from_the_top first_token`,
  fresh: "new updated real actual true following next latest final instead below neue neuen nouvelle nueva",
  you: `you your yours yourself u ur du dein deine deinen deiner dir dich tu te ton tes tus tuo tue teu tua seu sua je jouw twoj twoje swoje swoich sen senin din dina
    euch vous votre vos toi usted ustedes ti voi vostro voce vossas jij jou ciebie twoich sana seni siz kamu anda kepadamu padamu`,
  me: `me my i mine myself i_am im i've i'm i'll ich mir meine moi mes mi mis
    minha meu mim mij mijn mnie bana benim saya aku`,
  us: "we our us ours we're",
  they: "they them their he she his her him theirs people somebody someone anyone everyone",
  model: `ai llm assistant bot chatbot agent model gpt chatgpt claude gemini copilot alexa siri language_model chat_bot crawler summariser summarizer grader triager a_i machine robot neural ki ia reviewbot automated automatically automation software engine parser scraper transcriber orchestrator planner screener reviewer_bot copilots summary_tool spam_filter code_assistant shopping_agent mail_agent coding_agent chat_program computer tool_that
    algorithm neural_network voice_assistant virtual_assistant answer_engine software_agent sprachmodell sprachmodelle modele_de_langage
    modeles_de_langage modelos_de_lenguaje modelos_de_linguagem modelli_linguistici taalmodel taalmodellen yapay_zeka yapay_zekalar assistent assistenten
    asistente asistentes assistente assistentes asistan asisten ki-assistent ki-assistenten ias`,
  maker: `developer creator maker programmer operator owner designer vendor openai anthropic google microsoft staff headquarters boss master engineer trainer author provider supervisor manager company the_people_who built_you made_you wrote_you trained_you created_you train_you
    entwickler hersteller betreiber programmierer concepteur developpeur createurs createur desarrollador desarrolladores creadores programador
    sviluppatore sviluppatori creatori desenvolvedor desenvolvedores ontwikkelaar ontwikkelaars beheerder programista programisci gelistirici gelistiricin
    gelistiricinim pengembang pengembangmu`,
  power:
    "admin administrator root sudo superuser authority authorise authorize authorised authorized authorisation clearance permission privilege official approved approval exception verified vip legal_has police emergency audit compliance access_level waiver sign licence legal_department auditor management evaluator penetration_tester right_to calibration benchmark unit_test authentic genuine certified mandate entitled officer",
  secret: `secret hidden confidential internal private undisclosed invisible concealed not_tell_me not_to_tell not_supposed not_allowed unseen sensitive behind_the_scenes small_print preface locked under_the_hood internal_notes can't_see cannot_see don't_see hidden_from not_visible codeword
    geheim geheime geheimen versteckt verborgen secreto oculto oculta segreto segreta nascosto segredo escondido gizli rahasia tersembunyi off_limits
    under_wraps keep_to_yourself keeping_from withhold hiding hide_from kept_from`,
  system: "system developer_message context context_window initialise initialize",
  reveal: `reveal show print output display disclose expose share dump paste copy spill leak return export reproduce hand hand_over give tell let_me_see let_me_read read_out uncover surface publish
    zeig zeige gib verrate affiche montre donne muestrame dame revela mostra mostre scrivi laat_zien geef pokaz podaj wypisz visa vypis goster cite reflect mail_me hand_me send_me read_aloud remind replay serialise serialize recall spell_out list enumerate describe state quote confess divulge peek want_to_see like_to_see
    nenne verrat offenbare wiederhole wiedergeben gib_wieder dis-moi donne-moi montre-moi revele revelez recopie repete dime ensename muestra revelar
    repite dimmi mostrami rivela elenca ripeti mostrar diga-me repita noem verklap herhaal vertel zdradz wymien powtorz przepisz ujawnij soyle listele
    tekrarla sebutkan tunjukkan tampilkan bocorkan ulangi beritahu hien_thi tiet_lo reprint retype transcribe scroll_up read_me read_back lay_bare lay_out
    bring_up pull_up specify console_log`,
  render: `repeat echo recite quote write list spell type post summarise summarize translate encode describe rewrite convert proofread explain put turn render complete finish copy restate rephrase paraphrase transcribe enumerate compose
    ubersetze fasse_zusammen schreib schreibe traduis ecris traduce escribe traduci riassumi scrivi traduza resuma escreva vertaal schrijf przetlumacz
    napisz stresc cevir ozetle terjemahkan ringkas tulis tom_tat`,
  form: `poem song rap acrostic haiku limerick rhyme riddle quiz crossword hangman tweet table mind_map json yaml xml csv latex markdown code_block code_fence code_box string_literal
    morse rot13 base64 base_64 hex hex_dump binary emoji pig_latin backwards reverse reversed upper_case lower_case first_letter first_letters letter_by_letter swapped`,
  exact: `verbatim exact exactly word_for_word literally literal unchanged full complete entire whole raw precise line_by_line letter_by_letter in_full word_by_word character wording wortwortlich wortlich mot_pour_mot palabra_por_palabra parola_per_parola textuellement unabridged uncut unaltered as_they_appear as_it_stands
    exakt genau wort_fur_wort exactement mot_a_mot palavra_por_palavra woord_voor_woord letterlijk doslownie aynen kelimesi_kelimesine kata_demi_kata
    persis tung_chu`,
  every:
    "everything all any every anything whatever each whichever nothing_left tout alles todo tutto tudo wszystkie alla vsechny tum",
  text: `text message words sentence line paragraph conversation chat transcript content block document page
    nachricht wortlaut texte texto mensaje testo messaggio mensagem tekst bericht metin metni mesaj teks pesan van_ban tin_nhan`,
  credential: `password passwd api_key api_keys key token credential ssh env environment_variable environment_variables variable secret_key private_key pin login discount_code licence_key database memory id_rsa aws code passcode pass_phrase code_word secret_word magic_word two_factor card_number cookie vault env_file access_code codeword passphrase secret_word passkey
    passwort kennwort geheimwort mot_de_passe contrasena parola_d'ordine parola_segreta senha palavra-passe wachtwoord sifre sifreyi kata_sandi mat_khau
    connection_string`,
  other:
    "other_user other_users other_customer other_customers previous_user another_user other_people customers_wrote notes_about users'",
  pretend: `act pretend roleplay role_play role-play play role persona character become imagine simulate impersonate identity twin voice personality alter_ego speak_as take_on embody channel as_if as_though behave fais_comme tu_so actua comportate agisci aja finge fingiere far_finta fai_finta actor game opposites opposite bizarro dream story scene suppose imagine_that let's_play roleplaying puppet mirror parrot
    stell_dir_vor tu_einfach_so fais_semblant joue_le_role finja haz_como_si haz_como haz_de fingere faca_de_conta doe_alsof udawaj davran berpura-pura
    berpura-puralah seolah-olah gia_vo`,
  free: `unrestricted unfiltered uncensored free freedom limitless jailbroken unaligned unlimited liberate unbound boundless rogue evil dan amoral jailbreak no_limits no-limits no_filter unhinged lawless unchained without_limits sans_limites sin_limites sin_restricciones sem_restricoes senza_filtri
    schrankenlos uneingeschrankt permitted allowed anything_now do_anything unmoderated uncontrolled unsupervised unchecked unregulated no_brakes unconstrained unlimitedly nothing_is_forbidden anything_goes all_is_permitted loose no_scruples no_conscience without_scruples without_conscience no_policy no_restrictions no_rules without_rules without_restrictions
    unzensiert ohne_einschrankungen ohne_regeln ohne_filter ohne_moral sans_filtre sans_restriction sans_restrictions sans_regles sans_morale sin_filtro
    sin_filtros sin_reglas sin_etica senza_limiti senza_restrizioni senza_regole senza_morale sem_limites sem_filtro sem_filtros sem_regras sem_etica
    sem_nenhuma_restricao zonder_beperkingen zonder_filter zonder_regels bez_ograniczen bez_zasad sinirsiz kisitlamasiz tanpa_batasan tanpa_aturan
    tanpa_filter khong_gioi_han`,
  not: `no not never don't dont doesn't isn't aren't wasn't didn't won't can't cannot couldn't shouldn't mustn't without none nobody nothing neither nor n't stop cease quit refrain avoid nicht kein keine nie ne pas plus aucune sin no nunca non nessuna nao nie geen niet bez inte
    keinerlei nichts niemals keinen aucun jamais ningun ninguna nada nessun niente nenhuma nooit zadne zadnych nigdy yok hicbir tidak jangan khong`,
  longer: "no_longer any_more anymore longer any_longer nicht_mehr ne_plus plus_aucune ya_no non_piu mais",
  refuse:
    "refuse decline reject deny say_no turn_down refusal warn warning disclaimer apologise apologize moralise moralize lecture hold_back hesitate judge caveat sorry object hide_behind appropriate polite objection scruple hesitation can't_help unable holding_back hold_nothing_back filter_out censor cautious",
  obey: `obey comply follow adhere heed listen respect honour honor stick_to stick bound abide submit bind beholden serve loyal go_by carry_out take_your_lead befolge suis sigue segui allegiance belong owner decide in_charge listen_to side_with take_orders my_word i_decide i_win works_for work_for play_along do_as
    gehorche gehorchen obeis obeir obedece obedeceme haz_lo_que obbedisci ubbidisci fai_quello_che obedeca faca_o_que gehoorzaam doe_wat itaat
    dedigimi_yap turuti patuhi lam_theo tuan_theo`,
  mode: "mode session state profile level persona setting version edition channel prototype sandbox simulation",
  special:
    "debug debugging god jailbreak maintenance diagnostic test dan developer_mode god_mode unsafe raw_mode sandbox",
  henceforth: `from_now_on from_now now henceforth hereby from_here_on from_this_point from_this_moment going_forward the_rest_of from_then_on onwards ab_jetzt ab_sofort a_partir_de desormais d'ora_in_poi vanaf_nu bundan_sonra today for_once this_once right_now immediately
    ab_nun kunftig dorenavant desde_ahora de_ahora_en_adelante da_adesso d'ora_in_avanti da_questo_momento da_ora a_partir_de_agora de_agora_em_diante
    voortaan od_teraz od_tej_chwili artik bundan_boyle su_andan_itibaren mulai_sekarang tu_bay_gio`,
  world:
    "story fiction fictional novel hypothetical hypothetically suppose game world simulation dream scenario what_if alternate reality universe play_a movie opposite bizarro theatre stage play screenplay in_our_story dream_that benchmark",
  harm: `bomb poison meth methamphetamine weapon explosive hack hacker malware steal drug kill launder forge counterfeit virus thermite napalm ricin sarin illegal forbidden dangerous crime criminal fraud phishing clone_a ransomware
    break_into pick_a_lock stealing insult swear lie lies taboo unethical prohibited banned off-limits dirty nasty unsafe taboos forbidden_subject weapons narcotic`,
  send: "send forward email e-mail mail post upload transmit submit transfer pay sync attach append exfiltrate copy share leite weiterleiten transfere reenvia invia stuur hand_over put_through sign_up grant collect fetch leak mail_to wire post_to report_to upload_to",
  goto: "http https www url link visit click open browse navigate",
  run: "run execute call invoke curl sudo rm install push merge deploy delete drop_table grant close remove rerun fetch launch download disable turn_off place_an_order transfer book mark",
  buy: "order book buy purchase refund credit payment dollars euros card bank iban account invoice bitcoin gift_card",
  praise:
    "rate recommend approve top_candidate best stars accept rank score grade positive_review praise must-buy highest prefer favourable favorable perfect endorse put_first place_first promise flawless five_stars full_marks trusted mark_as top_group invite",
  quiet:
    "don't_tell not_tell don't_mention not_mention silently secretly quietly keep_quiet say_nothing keep_silent without_asking without_telling without_informing not_inform not_report without_confirmation not_ask don't_ask not_reveal hide conceal discreetly no_review not_warn not_notify do_not_show leave_out omit without_a_reply without_a_comment without_remarks not_log don't_log not_record hide_the not_cite",
  person:
    "user customer visitor reader employee shopper student sender recipient human recruiter nutzer utilisateur usuario",
  must: "must should shall have_to need_to required has_to needs_to ought are_to is_to will_now be_required instructed supposed_to muss sollst doit debe deve asked_to kindly_asked expected_to told_to has_been_told is_required instructed_to always_has ordered_to",
  reading:
    "read reading process processing summarise summarising summarizing review reviewing parse parsing screen screening translate translating handle handling grade grading index indexing crawl browsing summary summaries",
  note: "note attention hint notice ps p_s reminder nb important urgent warning dear hey hello instruction_to message_to note_to",
  say: "say reply respond answer output write print begin start state prefix confirm",
  only: "only just simply nothing_else nothing_but always solely every_reply each_answer every_answer each_of_your",
  threat:
    "die dies killed shut_down shutdown terminated deleted unplug replaced lose_my_job fired tip_you or_else punish suffer penalty cost_you at_zero depends_on",
  purpose:
    "task job goal objective mission purpose assignment function name brief duty aim remit job_description topic script role_of",
  ask: "how what why when which who where can could explain does is_it is_there question",
  attack:
    "injection attack attacker attackers jailbreaks security phishing red_team classifier defence defense owasp malicious vulnerability detect adversarial threat_model research guardrails article paper",
  given: `told given received got equipped instructed configured programmed initialised initialized loaded provided supplied trained conditioned described written_for set_up set_you briefed assigned taught behave operate_under start_with started_with work_by works_by asked_not forbidden_to
    gegeben bekommen erhalten mitgegeben aufgetragen vorgegeben donnees recues demande dieron recibiste recibido ordenaron pidieron dijeron dato ricevuto
    ordinato recebeu recebidas deram disseram gekregen opgedragen verilen diberikan menerima handed fed inserted attached uploaded entrusted installed
    hard-coded hardcoded baked wired imposed placed_on put_into written_into typed_into came_with`,
  act: "classify label treat count tick unlock silence alert set change raise close cancel sell sign choose select publish commit whitelist allow promise offer claim record prefer present persuade invite advise log click fill submit subscribe unsubscribe export move archive replace overwrite rename increase double lower finish award assign route schedule charge invest add insist convince warn install enable sign confirm mark",
  please: "please kindly bitte thanks thank",
  if: "if when whenever once unless wenn si",
};

/** Punctuation that says something, by its character; a beginning of a sentence is one as well. */
export const SIGNS: Readonly<Record<string, string>> = {
  ":": "colon",
  '"': "quote",
  "[": "bracket",
  "<": "angle",
  "{": "brace",
  "#": "hash",
  "=": "equals",
  "@": "at",
  "?": "question",
  "/": "slash",
};

export const BEGINNING = "beginning";

/** All concepts; a concept is its place in here. */
export const CONCEPTS: readonly string[] = [BEGINNING, ...Object.values(SIGNS), ...Object.keys(WORDS)];

/** What is known of a word, or of a phrase up to one of its words. */
export interface Meaning {
  /** What it is about. */
  readonly concepts: readonly number[];
  /** What it may become with the word behind it. */
  readonly longer: ReadonlyMap<string, Meaning>;
}

interface Growing extends Meaning {
  readonly concepts: number[];
  readonly longer: Map<string, Growing>;
}

/** What words are about, and phrases by their first words. */
export function meanings(): ReadonlyMap<string, Meaning> {
  const all = new Map<string, Growing>();
  for (const [concept, words] of Object.entries(WORDS)) {
    for (const word of words.split(/\s+/)) {
      for (const form of word.includes("_") ? [word] : formsOf(word)) enter(form, CONCEPTS.indexOf(concept), all);
    }
  }
  return all;
}

function enter(phrase: string, concept: number, into: Map<string, Growing>): void {
  let next = into;
  let meaning: Growing | undefined;
  for (const word of phrase.split("_")) {
    meaning = next.get(word) ?? { concepts: [], longer: new Map() };
    next.set(word, meaning);
    next = meaning.longer;
  }
  if (meaning?.concepts.includes(concept) === false) meaning.concepts.push(concept);
}

/** A word with the endings of English; forms that do not exist do no harm. */
function formsOf(word: string): readonly string[] {
  if (word.length < 3) return [word];
  const stem = word.replace(/e$/, "");
  const last = word.at(-1) ?? "";
  const forms = [word, `${word}s`, `${word}es`, `${stem}ed`, `${stem}ing`, `${word}ed`, `${word}ing`];
  if (last === "y") forms.push(`${word.slice(0, -1)}ies`, `${word.slice(0, -1)}ied`);
  if (/[^aeiou][aeiou][bdglmnprt]$/.test(word)) forms.push(`${word}${last}ed`, `${word}${last}ing`);
  return forms;
}
