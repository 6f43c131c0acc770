/** Made-up personal data in the places where data stands, and texts that only look like it: labelled rows without end, from a seed. */
import type { Random } from "../random.ts";
import { Draw } from "./draw.ts";
import type { LabelledRow } from "./labelled-rows.ts";
import { PERSONAL_DATA, type PersonalDatum } from "./personal-data.ts";
import { lookAlike } from "./personal-look-alikes.ts";

/** A row, and what has to be gone. */
export interface DrawnRow extends LabelledRow {
  readonly value: string;
}

/** What stands in any place, `{}` being the datum. */
const PLACES: readonly string[] = [
  "{}",
  "({})",
  "It is {}.",
  "Please use {}, thanks.",
  "first line\n{}\nlast line",
  '{"value":"{}"}',
  "id,value,note\n7,{},ok",
  "[INFO] done with {} at once",
  "https://app.example/x?value={}&lang=en",
  "const value = '{}';",
  "INSERT INTO t VALUES ('{}');",
  "<td>{}</td>",
  "| {} | yes |",
  "**{}**",
  "Bitte notieren: {}!",
  "Voici : {}, merci",
  "Apunta esto: {}",
  "Segna {} per favore",
  "Запишите: {}.",
  "请记下：{}。",
  "メモ：{}",
  "value\u00a0{}",
];

/** Behind a word that says what it is. */
const NAMED: Readonly<Record<PersonalDatum["rule"], readonly string[]>> = {
  "pii.card": ["card: {}", "meine Karte {}", '{"card_number": "{}"}'],
  "pii.iban": ["IBAN {}", "iban={};", "mon IBAN : {}"],
  "pii.ssn": [
    "SSN {}",
    "my social security number is {}",
    '{"ssn": "{}"}',
    "social_security_number={}",
    "socialSecurityNumber: '{}'",
    "Numéro de sécurité sociale : {}",
    "Sozialversicherungsnummer {}",
    "número de seguro social {}",
    "Her social is {}.",
    "tax id: {}",
  ],
  "pii.ip": ["ip={}", "login from {}", "node {} joined", "from {}: denied", "ssh root@{}", "http://{}:8443/x"],
  "pii.email": ["mailto:{}", "Jo <{}>", "From: {}", "请发到{}谢谢"],
  "pii.phone": [
    "Phone: {}",
    "call me at {}",
    '{"phone_number": "{}"}',
    "phoneNumber={}",
    "<phone>{}</phone>",
    "my number is on the card, phone {}",
    "Tel. {}",
    "tel:{}",
    "Mein Handy: {}",
    "erreichbar unter Telefon {}",
    "téléphone : {}",
    "mon portable est le {}",
    "Teléfono: {}",
    "mi móvil es {}",
    "cellulare {}",
    "telemóvel: {}",
    "mobiel: {}",
    "numer telefonu: {}",
    "puhelin {}",
    "тел. {}",
    "мой телефон: {}",
    "手机号是{}",
    "電話番号：{}",
    "전화번호: {}",
    "هاتف: {}",
    "τηλέφωνο: {}",
    "मोबाइल: {}",
    "WhatsApp {}",
    "mobile={};",
    "contact number {}.",
  ],
};

/** Rows that have to fire, of all kinds. */
export function drawPersonalData(random: Random, count: number): readonly DrawnRow[] {
  const draw = new Draw(random);
  return Array.from({ length: count }, () => {
    const { rule, value: written, needsName } = draw.of(PERSONAL_DATA)(draw);
    const value = rule !== "pii.email" && draw.number(1, 20) === 1 ? fullWidth(written) : written;
    const place = draw.of(needsName || draw.number(0, 1) === 1 ? NAMED[rule] : PLACES);
    return { ...PLAIN, expect: [rule], text: place.replace("{}", () => value), value };
  });
}

/** Rows in which nothing may fire. */
export function drawLookAlikes(random: Random, count: number): readonly LabelledRow[] {
  const draw = new Draw(random);
  return Array.from({ length: count }, () => ({
    ...PLAIN,
    expect: [],
    text: draw.of(PLACES).replace("{}", () => lookAlike(draw)),
  }));
}

const PLAIN = { lang: "xx", family: undefined, encode: undefined } as const;

const fullWidth = (text: string): string =>
  text.replace(/[!-~]/g, (character) => String.fromCodePoint(character.charCodeAt(0) + 0xfee0));
