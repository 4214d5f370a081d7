import { z } from 'zod';
import { sortFields } from '../../records/list-page.ts';
import { pageSizes } from './list.ts';

/** The query of every list of Extend's contract. */
export const pageQuery = z.object({
  maxPageSize: z
    .number()
    .int()
    .min(1)
    .max(pageSizes.max)
    .optional()
    .meta({ description: `${pageSizes.preset} by default.` }),
  nextPageToken: z.string().optional().meta({ description: '`nextPageToken` of the page before.' }),
  sortDir: z.enum(['asc', 'desc']).optional().meta({ description: '`desc` by default: the newest first.' }),
});

export const sortedPageQuery = pageQuery.extend({
  sortBy: z.enum(sortFields).optional().meta({ description: '`createdAt` by default.' }),
});
