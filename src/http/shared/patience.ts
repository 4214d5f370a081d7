import { z } from 'zod';
import { fieldError } from '../../domain/field-error.ts';

/** Of a request: how long its job waits for what only the operator can mend. */
export const patienceSchema = z.number().int().min(0).meta({
  description:
    'How long the job waits, all in all, for what only the operator can mend, such as a refused key or an outage, in seconds; as long as `PATIENCE_SECONDS` says by default and at most.',
});

/** Throws `invalid_request` that names the field, for more than the operator grants. */
export function refuseLongerPatience(field: string, seconds: number | undefined, maxSeconds: number): void {
  if (seconds !== undefined && seconds > maxSeconds) {
    throw fieldError(field, `must be a whole number from 0 to ${maxSeconds}; got "${seconds}"`);
  }
}
