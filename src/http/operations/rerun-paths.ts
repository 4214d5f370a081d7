import { rerunSchema } from './rerun-schemas.ts';

/** A body that may be left out. */
export const rerunRequestBody = { required: false, content: { 'application/json': { schema: rerunSchema } } };
