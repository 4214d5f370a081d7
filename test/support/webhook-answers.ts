import { z } from 'zod';

/** Answer of `GET /webhook_secret`. */
export const secretSchema = z.strictObject({ secret: z.string() });

/** Answer of `GET /classify/{job_id}/deliveries`. */
export const deliveriesSchema = z.strictObject({
  data: z.array(
    z.strictObject({
      attempt: z.number(),
      at: z.iso.datetime(),
      status: z.number().nullable(),
      ok: z.boolean(),
      error: z.string().nullable(),
      duration_ms: z.number(),
      next_attempt_at: z.iso.datetime().exactOptional(),
    }),
  ),
});
