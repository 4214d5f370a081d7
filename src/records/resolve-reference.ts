import { ClassifierError } from '../domain/errors.ts';
import { fieldError } from '../domain/field-error.ts';

/** Resolves with what a field of a request refers to. If that is missing, the error names the field. */
export async function resolveReference<T>(field: string, found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof ClassifierError) || error.code !== 'not_found') throw error;
    const { code, detail } = error;
    throw fieldError(field, detail, { code, sentence: `${field}: ${detail}` });
  }
}
