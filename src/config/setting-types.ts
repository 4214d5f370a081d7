import { z } from 'zod';

/** A whole number within bounds, both included; the error says which. */
export const wholeNumber = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(rule).int(rule).min(min, rule).max(max, rule);
};

/** One of some words. */
export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

/** A URL of a server. */
export const httpUrl = () =>
  z.url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' });

/** A port to listen on. */
export const port = (preset: number) => wholeNumber(1, 65_535).default(preset);

/** S3's rule. Names like addresses and with two dots in a row are refused as well. */
export const bucketName = /^(?!.*\.\.)(?!\d+(?:\.\d+){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** A fraction, both bounds included. */
export const fraction = (min: number, max: number) => {
  const rule = `must be a number from ${min} to ${max}`;
  return z.coerce.number(rule).min(min, rule).max(max, rule);
};
