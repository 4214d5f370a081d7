import { z } from 'zod';
import { readJson, updateJson } from '../records/json-documents.ts';
import { jobKeys } from '../records/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** A rerun of a job, as recorded in that job's `rerun.json`. */
export type RerunClaim = z.infer<typeof claimSchema>;

const claimSchema = z.object({
  /** The rerun's job id. */
  jobId: z.string(),
  claimedAt: z.string(),
  /** A hash of the changes; other changes make another rerun. */
  fingerprint: z.string(),
  /** The bulk operation of the rerun. */
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

/** Many callers may rerun one job at the same time. */
const maxAttempts = 50;
/** Drops the oldest, so that the object of a job with years of reruns stays small. */
const maxClaims = 100;

interface JobOfTenant {
  readonly tenant: string;
  readonly jobId: string;
}

/** Whether an existing rerun answers the request, so that no other is needed. */
export type Stands = (claim: RerunClaim) => Promise<boolean>;

/**
 * Claims a rerun of a job, unless an equal rerun counts already: then returns that one. Of simultaneous callers one
 * gets its own claim; a caller who already has one keeps it.
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

/** The existing rerun that `claimRerun` would return. */
export async function findStandingRerun(
  store: ObjectStore,
  { tenant, jobId }: JobOfTenant,
  own: Pick<RerunClaim, 'jobId' | 'fingerprint'>,
  stands: Stands,
): Promise<RerunClaim | undefined> {
  const found = await readJson(store, jobKeys(tenant, jobId).rerun, parse);
  return findStanding(found?.value.claims ?? [], own, stands);
}

/** Removes the claim of a refused rerun. */
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
