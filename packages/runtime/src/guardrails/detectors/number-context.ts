/** Words in front of a number that say what it is. Pure. */
import { before } from "../detector.ts";

const NAMED_OTHERWISE =
  /(?:\b(?:part|order|room|invoice|serial|sku|ticket|model|tracking|product|item|batch|lot|build|version|ver|release|firmware|section|chapter|clause|paragraph|isbn|issn|doi|oid|catalog(?:ue)?|article|po|rma|asset|commit|patch|revision|kernel|driver|error|fig(?:ure)?|table|parcel|shipment|booking|confirmation|transaction|txn|reference|ref|timestamp|epoch|python|node|java|php|ruby|chrome|firefox|safari|windows|macos|ios|android|ubuntu|debian|nginx|openssl)\b|§|#)[\s.]{0,2}(?:number|no|nr|num|id|code|key|#)?[\s.]{0,2}(?:is|was|=|:|#)?[\s"'(]{0,3}$/i;

/** Whether the words right before it say that a number is an order, a part, a version: none of a person. */
export const isNamedOtherwise = (text: string, at: number): boolean => NAMED_OTHERWISE.test(before(text, at, 40));
