import type { PageText } from '../../domain/page.ts';
import type { PageLine } from './page-lines.ts';

/** A visible feature of a page other than its words. */
export type CueName = keyof ReturnType<typeof findCues>;

/** Each between 0 (not there) and 1 (plainly there), by name. */
export type Cues = ReadonlyMap<string, number>;

/** The page's size in pixels, where it is known. */
export interface PageSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

const salutation =
  /^(dear |to whom it may concern|sehr geehrte|liebe[rs]? |chere? |madame|monsieur|messieurs|estimad[oa]|muy senor|querid[oa]|gentile|egregi[oa]|spett|prezad[oa]|exm[oa]|geachte|beste |szanown|basta |hej |уважаем|尊敬的|拝啓|前略|عزيزي|السيد)/u;
const closing =
  /^(yours|sincerely|respectfully|(best|kind|warm|kindest) regards|regards,|very truly|cordially|faithfully|mit freundlichen|mit besten|freundliche grusse|hochachtungsvoll|veuillez agreer|cordialement|salutations|bien a vous|atentamente|saludos|un cordial|cordiali saluti|distinti saluti|in fede|atenciosamente|com os melhores|met vriendelijke|hoogachtend|z powazaniem|med vanlig|с уважением|此致|敬具|草々)/u;
const memoHeaders = [
  /^(to|an|a|para|per|aan|do|till|кому|memorandum (for|to))\s*[:：]/u,
  /^(from|von|de|da|van|od|fran|от)\s*[:：]/u,
  /^(date|datum|fecha|data|дата)\s*[:：]/u,
  /^(subject|re|betreff|betrifft|objet|asunto|oggetto|assunto|onderwerp|betreft|temat|dotyczy|amne|тема)\s*[:：]/u,
];
/** Marks of an e-mail that a memorandum lacks: the time of sending, addresses, the message that it answers. */
const mailMarks = [
  /^(sent|gesendet|envoye|enviado|inviato|verzonden|wyslano|skickat|отправлено|发送时间|送信日時)\s*[:：]/u,
  /^(from|von|de|da|van|od|fran|от|发件人|差出人)\s*[:：].*(@|<)/u,
  /^-* ?(original message|forwarded message|ursprungliche nachricht|message d'origine|mensaje original|messaggio originale)/u,
  /\b(wrote|schrieb|a ecrit|escribio|ha scritto|schreef)\s*:$/u,
  /^(subject|betreff|objet|asunto|oggetto|onderwerp)\s*[:：]\s*(re|fw|fwd|aw|wg|tr|rv)\s*:/u,
];
const amount =
  /(?<![\d.,])\d{1,3}(?:[ .,'’]?\d{3}){0,6}[.,]\d{2}(?![\d.,]{0,20}\d)|[$€£¥￥₹]\s?\d[\d.,]*|\b(?:rs|chf|eur|usd|gbp|inr)\.? ?\d[\d.,]*/g;
const date = /\b\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d{2}\b|\b(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2}\b/g;
const dateStart =
  /^(\d{1,4}[./-]\d{1,2}([./-]\d{2,4})?|(\d{1,2}\.? )?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|marz|mai|okt|dez|janv|fevr|avr|juin|juil|aout|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|maj|maart|mei)\p{L}*\.? \d{1,4})\b/u;
const yearRange =
  /\b(19|20)\d{2}\s*(?:[-–—‐]|to|bis|au|a|until)\s*(?:\p{L}+\.?\s*)?((19|20)\d{2}|\d{2}\b|present|now|current|heute|today|ongoing|aujourd|actual|oggi|presente|heden|obecnie|nu\b|至今|現在|н\.?в)/gu;
const formNumber =
  /\bomb (no|number|control|approval)|\bform\s*(no\.?\s*)?[a-z]{0,4}-?\d{1,5}[a-z-]{0,5}\b|\bformular\s?\d|\bcerfa\b|\bvordruck\b|\(rev\.? [\d/\-a-z. ]+\)/gu;
const checkMark = /[☐☑☒□■❏❑○◯]|\[ ?[xX]? ?\]|\( {1,3}\)/gu;

/** Looks a page over. Every cue is between 0 (not there) and 1 (plainly there). */
export function findCues(lines: readonly PageLine[], page: PageText, size: PageSize | undefined) {
  const folded = lines.map((line) => line.folded.trim());
  const whole = folded.join('\n');
  const words = lines.reduce((sum, line) => sum + line.stems.length, 0);
  const ratio = size ? size.heightPx / Math.max(1, size.widthPx) : 1.3;
  const countLines = (test: (line: string) => boolean): number => folded.filter(test).length;
  const count = (pattern: RegExp): number => whole.match(pattern)?.length ?? 0;
  const share = (part: number, full: number): number => (words === 0 ? 0 : part / words / full);
  const landscape = clamp((1 / ratio - 1.1) / 0.15);
  const fewWords = words === 0 ? 0 : clamp((160 - words) / 100);
  const amounts = clamp(share(count(amount), 0.06));
  const headLines = folded.slice(0, 25);
  const large = largeType(page, size);
  return {
    amounts,
    iban: clamp(count(/\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){3,7}/g)),
    cardPayment: clamp(
      count(
        /\b(visa|mastercard|master card|maestro|amex|american express|contactless|kartenzahlung|carte bancaire|girocard)\b|[x*]{4}\s?\d{4}/g,
      ),
    ),
    clockTime: clamp(count(/\b([01]?\d|2[0-3])[:.h][0-5]\d([:.][0-5]\d)?\b/g)),
    narrow: clamp((ratio - 1.55) / 0.5),
    landscape,
    fewWords,
    largeType: large,
    // A slide has words rather than numbers; a card or a ticket in large type has both.
    slide: landscape * (0.35 * fewWords + 0.65 * large) * clamp((0.35 - shareOfDigits(whole)) / 0.2),
    cardDates: clamp((count(date) - 1) / 2) * fewWords * (1 - amounts),
    prose: prose(lines, words),
    salutation: clamp(countLines((line) => salutation.test(line))),
    closing: clamp(countLines((line) => line.length < 80 && closing.test(line))),
    memoHeader: clamp((memoHeaders.filter((header) => headLines.some((line) => header.test(line))).length - 1) / 2),
    mailHeader: clamp(mailMarks.filter((mark) => folded.some((line) => mark.test(line))).length / 2),
    questions: clamp((countLines((line) => /[?？]/u.test(line)) - 1) / 4),
    quotes: clamp((countQuotes(whole) - 1) / 4),
    clauses: clamp(
      (countLines((line) =>
        /^(\d{1,2}\.\d{1,2}\.?\s|\(?[a-z]\)\s|(article|section|artikel|articulo|articolo|artigo|clause|§)\s*\d+|第\d+条)/u.test(
          line,
        ),
      ) -
        2) /
        6,
    ),
    numberedLines: clamp((countLines((line) => /^\d{1,2}[a-z]?\s+\p{L}/u.test(line)) - 4) / 10),
    blanks: clamp(
      (count(/_{3,}|\.{12,}/g) + count(checkMark) + countLines((line) => /[:：]\s*$/.test(line)) / 2 - 3) / 10,
    ),
    formNumber: clamp(count(formNumber) + headLines.filter((line) => /^schedule [a-k]\b/u.test(line)).length),
    shortLabels: clamp((countLines((line) => /^[^:]{2,30}[:：]/u.test(line)) / Math.max(8, lines.length) - 0.15) / 0.3),
    mrz: clamp(countLines((line) => (line.match(/</g)?.length ?? 0) >= 4 && /^[a-z0-9<«\s]{18,}$/u.test(line))),
    dateRows: clamp((countLines((line) => dateStart.test(line) && line.length > 8) - 2) / 6),
    emailAddresses: clamp((count(/[\w.+-]@[\w-]+\.[\w.]+/g) - 1) / 3),
    yearRanges: clamp((count(yearRange) + countLines((line) => /\b(19|20)\d{2}\s*[-–—]\s*$/.test(line)) - 0.5) / 3),
    contactTop: clamp(
      headLines.slice(0, 12).filter((line) => /@|linkedin|github|\+?\d[\d ()-]{8,}/.test(line)).length / 2,
    ),
    bullets: clamp((countLines((line) => /^[•‣▪●◦■–*-]\s?/u.test(line)) - 2) / 6),
    citations: clamp((count(/\[\d{1,3}(?:[,–-] ?\d{1,3})*\]|\bet al\b|\((19|20)\d{2}[a-z]?\)|\bdoi\b|arxiv/g) - 2) / 6),
    abstract: clamp(
      countLines((line) => /^(\d+\.?\s*)?(abstract\b|摘要|要旨|аннотация)/u.test(line) && line.length < 400) +
        0.35 *
          countLines((line) =>
            /^(\d+\.?\s*)?(summary|zusammenfassung|resume|resumen|sommario|riassunto|resumo|samenvatting)\b/u.test(
              line,
            ),
          ),
    ),
    dotLeaders: clamp((countLines((line) => /(?:\.\s?){5}\s*\d{1,3}$/.test(line)) - 1) / 4),
    numbersTable: clamp(
      (countLines((line) => countNumbers(line) >= 3 && line.replace(/[^\p{L}]/gu, '').length < line.length / 2) /
        Math.max(6, lines.length) -
        0.1) /
        0.3,
    ),
  };
}

/** An opening mark, twelve characters or more, a closing mark. */
const quoteMark = /[“„«"”»]/g;
const shortestQuote = 12;

/**
 * Counts passages in quotation marks. Goes from mark to mark, because an expression begins anew at every opening mark.
 * A `«` inside a passage belongs to it; every other mark ends it.
 */
function countQuotes(text: string): number {
  let quotes = 0;
  let opensAt: number | undefined;
  for (const { 0: mark, index } of text.matchAll(quoteMark)) {
    if (mark === '«') {
      opensAt ??= index + 1;
      continue;
    }
    const isQuote = mark !== '„' && opensAt !== undefined && isAtLeast(shortestQuote, text.slice(opensAt, index));
    if (isQuote) quotes += 1;
    // The mark that closes one passage does not open the next.
    opensAt = !isQuote && '“„"'.includes(mark) ? index + 1 : undefined;
  }
  return quotes;
}

function isAtLeast(length: number, text: string): boolean {
  // One character takes two places at most.
  return text.length >= 2 * length || Array.from(text).length >= length;
}

/** `1.000,00` is one number. */
function countNumbers(line: string): number {
  return Array.from(line.matchAll(/[\d.,]+/g)).filter(([run]) => /\d/.test(run)).length;
}

function shareOfDigits(text: string): number {
  const digits = text.match(/\p{N}/gu)?.length ?? 0;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return digits / Math.max(1, digits + letters);
}

/** How much of the page is running text: lines of many words and few numbers. */
function prose(lines: readonly PageLine[], words: number): number {
  if (words < 40) return 0;
  const running = lines.filter(
    (line) => line.stems.length >= 7 && line.squeezed.replace(/\p{N}/gu, '').length > line.squeezed.length * 0.9,
  );
  const count = running.reduce((sum, line) => sum + line.stems.length, 0);
  return clamp((count / words - 0.25) / 0.5);
}

/** Most letters larger than print is: a page of a slide deck, or a poster. */
function largeType(page: PageText, size: PageSize | undefined): number {
  const heights = page.spans.map((span) => span.height).toSorted((a, b) => a - b);
  const median = heights[Math.floor(heights.length / 2)] ?? 0;
  // A landscape page is lower, so that the same type is a larger part of it.
  const perWidth = size ? (median * size.heightPx) / Math.max(size.widthPx, size.heightPx) : median;
  return heights.length < 3 ? 0 : clamp((perWidth - 0.016) / 0.012);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
