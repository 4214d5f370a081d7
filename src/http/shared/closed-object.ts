import { z } from 'zod';
import { nearestName } from '../../domain/nearest-name.ts';

/** An object that has these members and no others: one that is not known is refused, with the name that was probably meant. */
export function closedObject<T extends z.core.$ZodLooseShape>(shape: T) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error(issue) {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const [name = ''] = issue.keys;
      const nearest = nearestName(name, known);
      const advice = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${nearest}?`;
      return `has the unknown member ${JSON.stringify(name.slice(0, 60))}; ${advice}`;
    },
  });
}
