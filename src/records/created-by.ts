import { z } from 'zod';

/** Who made something. A key is known by the name that the operator gave it. */
export const createdBySchema = z.object({ type: z.literal('api_key'), name: z.string() });

export type CreatedBy = z.infer<typeof createdBySchema>;

/** The keys of a tenant have no names of their own. */
export function createdByKeyOf(tenant: string): CreatedBy {
  return { type: 'api_key', name: tenant };
}
