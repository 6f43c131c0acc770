/** Words in front of a number that say what it is. Pure. */
import { before } from "../detector.ts";

const NAMED_OTHERWISE =
  /(?:\b(?:part|order|room|invoice|serial|sku|ticket|model|tracking|product|item|batch|lot|build|version|ver|release|firmware|section|chapter|clause|paragraph|isbn|issn|doi|oid|catalog(?:ue)?|article|po|rma|asset|commit|patch|revision|kernel|driver|error|fig(?:ure)?|table|parcel|shipment|receipt|p\/n|bestell(?:ung|nummer|nr)|rechnung|auftrag|sendung|artikel|facture|factura|fattura|commande|pedido|ordine|booking|confirmation|transaction|txn|reference|ref|timestamp|epoch|python|node|java|php|ruby|chrome|firefox|safari|windows|macos|ios|android|ubuntu|debian|nginx|openssl)\b|§|#)[\s.]{0,2}(?:number|no|nr|num|id|code|key|#)?[\s.]{0,2}(?:is|was|=|:|#)?[\s"'(]{0,3}$/i;

/** Whether the words right before it say that a number is an order, a part, a version: none of a person. */
export const isNamedOtherwise = (text: string, at: number): boolean => NAMED_OTHERWISE.test(before(text, at, 40));

/** Seven digits, with no more between two of them than any number of a person has. */
const LONG_NUMBER = /\d(?:[ ().\-/_]{0,17}\d){6}/;

/** Whether a text has a number as long as those of telephones, cards and persons at all: most texts have none, and need no closer look. */
export const hasLongNumber = (text: string): boolean => LONG_NUMBER.test(text);
