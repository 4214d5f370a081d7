/**
 * What a model says of its own confidence, 0..1. Per cent are asked for; a fraction up to 1 can only be meant as one,
 * and so can 1 itself: no model is sure to one per cent of what it answers. Undefined for words such as "high", which
 * are no measure.
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
