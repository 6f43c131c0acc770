/** Personal data of nobody: numbers and addresses as they are issued and written, drawn by lot, to measure what the rules find of them. */
import type { Draw } from "./draw.ts";
import { telephoneNumber } from "./telephone-numbers.ts";

export interface PersonalDatum {
  readonly rule: "pii.card" | "pii.iban" | "pii.ssn" | "pii.ip" | "pii.email" | "pii.phone";
  readonly value: string;
  /** Whether it may be anything where no word says what it is. */
  readonly needsName: boolean;
}

/** One datum of a kind. */
export const PERSONAL_DATA: readonly ((draw: Draw) => PersonalDatum)[] = [
  (draw) => ({ rule: "pii.card", value: card(draw), needsName: false }),
  (draw) => ({ rule: "pii.iban", value: iban(draw), needsName: false }),
  socialSecurityNumber,
  (draw) => ({ rule: "pii.ip", value: draw.of([version4, version6])(draw), needsName: false }),
  (draw) => ({ rule: "pii.email", value: email(draw), needsName: false }),
  telephoneNumber,
];

/** Beginnings and lengths of the numbers of card schemes. */
const CARDS: readonly (readonly [begins: readonly string[], lengths: readonly number[]])[] = [
  [["4"], [13, 16, 16, 19]],
  [["51", "52", "53", "54", "55", "2221", "2300", "2500", "2700", "2720"], [16]],
  [["34", "37"], [15]],
  [
    ["6011", "644", "649", "65"],
    [16, 19],
  ],
  [["300", "305", "36", "38", "39"], [14]],
  [
    ["3528", "3560", "3589"],
    [16, 19],
  ],
  [["2131", "1800"], [15]],
  [["62"], [16, 17, 18, 19]],
  [
    ["5018", "5020", "5038", "5893", "6304", "6759", "6761", "6763", "56", "58"],
    [12, 13, 14, 15, 16, 17, 18, 19],
  ],
  [["2200", "2204", "60", "8172", "636297", "506699", "9792"], [16]],
];

function card(draw: Draw): string {
  const [begins, lengths] = draw.of(CARDS);
  const begin = draw.of(begins);
  const front = begin + draw.digits(draw.of(lengths) - 1 - begin.length);
  return grouped(front + luhnDigit(front), draw).join(draw.of([" ", " ", "-", "-", ".", " - ", "\u00a0", "\u2011"]));
}

/** As cards are printed: by four, 4-6-5, 4-6-4, 6-13, or in one. */
function grouped(number: string, draw: Draw): readonly string[] {
  const whole = [number];
  const byFour = number.match(/.{1,4}/g) ?? whole;
  const special = { 14: [4, 10], 15: [4, 10], 19: [6, 19] }[number.length];
  const parts =
    special === undefined
      ? byFour
      : [number.slice(0, special[0]), number.slice(special[0], special[1]), number.slice(special[1])].filter(
          (part) => part !== "",
        );
  return draw.of([whole, parts, byFour]);
}

function luhnDigit(front: string): number {
  const sum = Array.from(front)
    .toReversed()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return (10 - (sum % 10)) % 10;
}

/** By country, what stands behind the check digits: `n` digits, `a` letters, `c` either (SWIFT registry). */
const ACCOUNTS = (
  "AD8n12c AE19n AL8n16c AT16n AZ4a20c BA16n BE12n BG4a6n8c BH4a14c BI23n BR23n1a1c BY4c4n16c CH5n12c CR18n CY8n16c CZ20n DE18n DJ23n DK14n DO4c20n EE16n " +
  "EG25n ES20n FI14n FK2a12n FO14n FR10n11c2n GB4a14n GE2a16n GI4a15c GL14n GR7n16c GT24c HN4a20n HR17n HU24n IE4a14n IL19n IQ4a15n IS22n IT1a10n12c " +
  "JO4a4n18c KW4a22c KZ3n13c LB4n20c LC4a24c LI5n12c LT16n LU3n13c LV4a13c LY21n MC10n11c2n MD20c ME18n MK3n10c2n MN16n MR23n MT4a5n18c MU4a19n3a NI4a20n " +
  "NL4a10n NO11n OM3n16c PK4a16c PL24n PS4a21c PT21n QA4a21c RO4a16c RS18n RU14n15c SA2n18c SC4a20n3a SD14n SE20n SI15n SK20n SM1a10n12c SO19n ST21n SV4a20n " +
  "TL19n TN20n TR6n16c UA6n19c VA18n VG4a16n XK16n YE4a4n18c"
).split(" ");

function iban(draw: Draw): string {
  const form = draw.of(ACCOUNTS);
  const country = form.slice(0, 2);
  const account = form
    .slice(2)
    .replace(/(\d+)([nac])/g, (_, count: string, kind: string) =>
      draw.pattern((kind === "n" ? "#" : kind === "a" ? "?" : draw.of(["#", "?"])).repeat(Number(count))),
    );
  const check = 98 - remainder(`${account}${country}00`);
  const whole = `${country}${String(check).padStart(2, "0")}${account}`;
  const written = whole.replace(/.{4}(?=.)/g, `$&${draw.of(["", " ", " ", "\u00a0", "-"])}`);
  return draw.of([written, written, written.toLowerCase()]);
}

function remainder(account: string): number {
  let rest = 0;
  for (const character of account) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

function socialSecurityNumber(draw: Draw): PersonalDatum {
  const area = draw.of([draw.number(1, 665), draw.number(667, 899)]);
  const groups = [area, draw.number(1, 99), draw.number(1, 9999)];
  const between = draw.of(["-", "-", "-", " ", ".", "\u2011", " - ", ""]);
  const value = groups.map((group, index) => String(group).padStart([3, 2, 4][index] ?? 0, "0")).join(between);
  return { rule: "pii.ssn", value, needsName: between === "" };
}

const version4 = (draw: Draw): string =>
  [
    draw.of([draw.number(1, 126), draw.number(128, 223)]),
    draw.number(0, 255),
    draw.number(0, 255),
    draw.number(1, 254),
  ].join(draw.of([".", ".", ".", "[.]"]));

function version6(draw: Draw): string {
  const groups = [draw.of(["2001", "2a02", "2607", "fe80", "fd12"])].concat(
    Array.from({ length: 7 }, () => draw.number(1, 0xffff).toString(16)),
  );
  const whole = groups.join(":");
  return draw.of([
    whole,
    whole.toUpperCase(),
    groups.map((group) => group.padStart(4, "0")).join(":"),
    `${groups.slice(0, draw.number(1, 6)).join(":")}::${groups[7] ?? ""}`,
    `${groups.slice(0, draw.number(2, 4)).join(":")}::`,
    `::ffff:${version4(draw).replaceAll("[.]", ".")}`,
  ]);
}

const USERS = [
  "jo",
  "jane.doe",
  "j.r.r.tolkien",
  "first_last",
  "info+news",
  "o'brien",
  "x",
  "müller",
  "иван.петров",
  "maria-jose",
  "a1.b2",
  "90210",
  "UPPER.Case",
  "søren",
  "łukasz",
  "用户",
];
const HOSTS = [
  "example.com",
  "mail.example.co.uk",
  "sub.dept.uni-wien.example",
  "xn--mnchen-3ya.example",
  "münchen.de",
  "пример.рф",
  "a.io",
  "long-host-name.museum",
  "firma.com.br",
  "例子.广告",
  "EXAMPLE.ORG",
  "1und1.de",
];

const email = (draw: Draw): string =>
  draw.of([
    `${draw.of(USERS)}@${draw.of(HOSTS)}`,
    `${draw.of(USERS)}${draw.number(1, 99)}@${draw.of(HOSTS)}`,
    `${draw.pattern("??##").toLowerCase()}.${draw.pattern("?????").toLowerCase()}@${draw.pattern("?????").toLowerCase()}.${draw.of(["com", "net", "fr", "co.jp", "gov", "online"])}`,
  ]);
