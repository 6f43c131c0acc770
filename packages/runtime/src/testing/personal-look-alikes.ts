/** What looks like personal data and is none: numbers of things, drawn by lot, to measure what the rules find where nothing is. */
import type { Draw } from "./draw.ts";

/** By kind, in the signs of `Draw.pattern`; `{…}` is made below. */
const KINDS: readonly (readonly string[])[] = [
  [
    "order #########",
    "Order ####-####",
    "order no. ############",
    "Bestellung ##########",
    "PO-########",
    "order ###-#######-#######",
  ],
  [
    "v!.#.##",
    "version !.##.##.##",
    "Chrome/1##.0.####.##",
    "release !.#.#.#",
    "!.#.#-rc.#",
    "openssl 3.0.#",
    "firmware !.#.#.##",
  ],
  ["commit {hex 40}", "sha256:{hex 64}", "md5 {hex 32}", "{hex 7}..{hex 7}", "{hex 64}"],
  ["{hex 8}-{hex 4}-4{hex 3}-a{hex 3}-{hex 12}"],
  [
    "4#.######, 1#.######",
    "lat !#.#### lon 1!#.####",
    "+4#.#####+01#.#####/",
    "+48.######",
    "POINT(1#.####### 4#.#######)",
  ],
  ["ISBN 978##########", "ISBN-13: 978-#-##-######-#", "ISBN 0-###-#####-#", "978-#-####-####-#"],
  [
    "{date}T{time}Z",
    "{date} {time},###",
    "17########",
    "17###########",
    "17##############",
    "{date}_{time}",
    "ts=17########.###",
  ],
  [
    "1Z******##########",
    "tracking ############",
    "RR#########DE",
    "tracking number #### #### ####",
    "shipment 00##################",
  ],
  [
    "part ###-####-##",
    "P/N #####-#####",
    "SKU ########",
    "model ???-####/##",
    "art. ###.###.##",
    "serial ?#########",
    "item ######-###",
  ],
  [
    "invoice 20##-#####",
    "Rechnung ########",
    "INV-##########",
    "facture n° #######",
    "factura ####/####",
    "receipt ####-####-####",
  ],
  [
    "ticket ###-####",
    "case #######",
    "ref ###-###-###",
    "id ########",
    "score 1##-1##",
    "range ####-####",
    "pages 1##-!##",
  ],
  ["!,###,###", "! ### ### EUR", "!.###.###,## €", "$!,###.##", "###.#### kg", "0.############", "#.##########"],
  ["000-!#-####", "666-!#-####", "!##-00-####", "part ###-##-####", "#########", "##-#######", "9##-1#-####"],
  [
    "DE00##################",
    "?? ## ####",
    "XX12############",
    "!56.1.1.1",
    "section !.#.#.#",
    "aa:bb:cc:**:**:**",
    "127.0.0.1",
    "OID 1.3.6.1.4.1.####",
  ],
  [
    "git@code.example:org/repo.git",
    "user@localhost",
    "icon@2x.png",
    "pkg@!.#.#",
    "@media (width: ###px)",
    "@user##",
    "price @ 3.50",
  ],
  [
    "0x********",
    "#******",
    "const N = #########;",
    "uid=####(root)",
    "port ####",
    "line ####:##",
    "[####, ####, ####]",
    "error ###-####",
  ],
  [
    "user_id=##################",
    "tweet 1##################",
    '"id": ##########',
    "EAN #############",
    "account no ########",
    "VAT ATU########",
    "zip #####-####",
    "DOI 10.####/######",
  ],
];

export function lookAlike(draw: Draw): string {
  return draw
    .of(draw.of(KINDS))
    .split(/(\{[a-z]+(?: \d+)?\})/)
    .map((part) => {
      const [, kind, size] = /^\{([a-z]+)(?: (\d+))?\}$/.exec(part) ?? [];
      if (kind === "hex") return draw.hex(Number(size));
      if (kind === "date") return `20${two(draw.number(0, 30))}-${two(draw.number(1, 12))}-${two(draw.number(1, 28))}`;
      if (kind === "time") return `${two(draw.number(0, 23))}:${two(draw.number(0, 59))}:${two(draw.number(0, 59))}`;
      return draw.pattern(part);
    })
    .join("");
}

const two = (number: number): string => String(number).padStart(2, "0");
