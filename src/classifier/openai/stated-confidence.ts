/**
 * Reads a model's own confidence, 0..1. The prompt asks for per cent; a number up to 1 can only be a fraction, and so
 * can 1 itself: no model is one per cent sure of its answer. Undefined for words such as "high", which are no measure.
 */
export function readStatedConfidence(value: unknown): number | undefined {
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const [, share = '', whole = '', isPerCent] =
    /^(\d{1,6}(?:[.,]\d{1,20})?)\s*(?:\/\s*(\d{1,6})|(%))?$/u.exec(text) ?? [];
  const number = share === '' ? Number.NaN : Number.parseFloat(share.replace(',', '.'));
  if (whole !== '') return inRange(number / Number(whole));
  return isPerCent === undefined ? fromNumber(number) : inRange(number / 100);
}

function fromNumber(number: number): number | undefined {
  return inRange(number <= 1 ? number : number / 100);
}

function inRange(share: number): number | undefined {
  return share >= 0 && share <= 1 ? share : undefined;
}
