import { z } from 'zod';
import { readJson, updateJson } from '../records/json-documents.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** A job that repeats another one, as that one's `rerun.json` names it. */
export type RerunClaim = z.infer<typeof claimSchema>;

const claimSchema = z.object({
  /** The job that repeats it. */
  jobId: z.string(),
  claimedAt: z.string(),
  /** Of what was to be different; another question is another repetition. */
  fingerprint: z.string(),
  /** The bulk operation that it belongs to. */
  operationId: z.string().optional(),
});
/** The newest first. */
const claimsSchema = z.union([
  z.object({ claims: z.array(claimSchema) }),
  claimSchema.transform((claim) => ({ claims: [claim] })),
]);
type RerunClaims = z.infer<typeof claimsSchema>;
const parse = (value: unknown): RerunClaims => claimsSchema.parse(value);
const noClaims: RerunClaims = { claims: [] };

/** Many may want to repeat one job at a time. */
const maxAttempts = 50;
/** The oldest are forgotten; the document of a job that is repeated for years stays small. */
const maxClaims = 100;

interface JobOfTenant {
  readonly tenant: string;
  readonly jobId: string;
}

/** Whether a repetition answers the same request again, so that it needs no other. */
export type Stands = (claim: RerunClaim) => Promise<boolean>;

/**
 * Makes a job the repetition of another one, unless that one has an equal repetition which stands: then gives that. Of
 * any number of callers at once one gets its own; whoever has it already keeps it.
 */
export async function claimRerun(
  store: ObjectStore,
  { tenant, jobId }: JobOfTenant,
  own: RerunClaim,
  stands: Stands,
): Promise<RerunClaim> {
  let claim = own;
  await updateJson(
    store,
    jobKeys(tenant, jobId).rerun,
    parse,
    async (document) => {
      const { claims } = document ?? noClaims;
      const present = await findStanding(claims, own, stands);
      claim = present ?? own;
      return { claims: present ? claims : [own, ...claims].slice(0, maxClaims) };
    },
    { maxAttempts },
  );
  return claim;
}

/** The repetition that `claimRerun` would give in place of an own one. */
export async function findStandingRerun(
  store: ObjectStore,
  { tenant, jobId }: JobOfTenant,
  own: Pick<RerunClaim, 'jobId' | 'fingerprint'>,
  stands: Stands,
): Promise<RerunClaim | undefined> {
  const found = await readJson(store, jobKeys(tenant, jobId).rerun, parse);
  return findStanding(found?.value.claims ?? [], own, stands);
}

/** Gives back what was claimed for a repetition that was refused: nobody waits for it. */
export async function withdrawRerun(
  store: ObjectStore,
  { tenant, jobId }: JobOfTenant,
  repetitionId: string,
): Promise<void> {
  await updateJson(
    store,
    jobKeys(tenant, jobId).rerun,
    parse,
    (document) => ({
      claims: (document ?? noClaims).claims.filter((claim) => claim.jobId !== repetitionId),
    }),
    { maxAttempts },
  );
}

async function findStanding(
  claims: readonly RerunClaim[],
  own: Pick<RerunClaim, 'jobId' | 'fingerprint'>,
  stands: Stands,
): Promise<RerunClaim | undefined> {
  const mine = claims.find(({ jobId }) => jobId === own.jobId);
  if (mine) return mine;
  for (const claim of claims) if (claim.fingerprint === own.fingerprint && (await stands(claim))) return claim;
  return undefined;
}
