import { ClassifierError } from '../../domain/errors.ts';

/** Fields of the other contract's form, which is sent to the same address. */
const formFields = ['pdf_file', 'file_url', 'url', 'categories', 'conditions'];

/** Tells a client of the other contract, which sent its fields as JSON, how they are sent. */
export function refuseFormAsJson(body: unknown): void {
  if (typeof body !== 'object' || body === null || 'file' in body) return;
  const seen = formFields.filter((field) => field in body);
  if (seen.length === 0) return;
  throw new ClassifierError(
    'invalid_request',
    `${seen.join(', ')} must be sent as a form (multipart/form-data), not as JSON; JSON here is for {"file", "config"} of Extend's contract.`,
    { errors: seen.map((field) => ({ pointer: `/${field}`, detail: 'must be sent as a field of a form' })) },
  );
}
