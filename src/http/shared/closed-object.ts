import { z } from 'zod';
import { nearestName } from '../../domain/nearest-name.ts';

/**
 * An object that has these members and no others: those that are not known are refused, each with the name that was
 * probably meant.
 */
export function closedObject<T extends z.core.$ZodLooseShape>(shape: T) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error(issue) {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const [first = '', ...others] = issue.keys;
      const shown = [first, ...others.slice(0, maxOthers)].map((name) => adviceOn(name, known));
      return `has ${shown.join(' and ')}`;
    },
  });
}

/** The first few are enough. */
const maxOthers = 4;

function adviceOn(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const advice = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${nearest}?`;
  return `the unknown member ${JSON.stringify(name.slice(0, 60))}; ${advice}`;
}
