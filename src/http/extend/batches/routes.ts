import { Router, type Request, type Response } from 'express';
import { resolveClassifier } from '../../../records/classifiers/classifier-versions.ts';
import type { RunFileInput } from '../../../records/files/run-files.ts';
import { withOverride } from '../../../records/classifiers/run-question.ts';
import { ClassifierError } from '../../../domain/errors.ts';
import { parseAllowedNetworks, type AllowedNetworks } from '../../../domain/source-url.ts';
import type { BatchService } from '../../../jobs/batch-service.ts';
import type { Batch } from '../../../jobs/read-batch.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { displayFileName } from '../../shared/file-name.ts';
import { answerOptions } from '../../shared/other-methods.ts';
import { refuseLongerPatience } from '../../shared/patience.ts';
import { requestContext, tenantOf } from '../../shared/request-context.ts';
import { createBatchSchema, toBatchRunBody } from './schemas.ts';
import { parseJsonBody } from '../json-body.ts';
import { queryChoice } from '../list.ts';
import { toRunFileInput, type RunFileBody } from '../classify-runs/request-schemas.ts';

export interface BatchDependencies {
  readonly batches: BatchService;
  readonly store: ObjectStore;
  /** Addresses that a URL may name although they are private. */
  readonly allowedNetworks: readonly string[];
  /** Longest patience that a request may ask for. */
  readonly patienceSeconds: number;
}

interface BatchParameters {
  readonly batchId: string;
}

/** Extend's `/classify_runs/batch` and `/batch_runs`. */
export function batchRoutes({
  batches,
  store,
  allowedNetworks,
  patienceSeconds: longestPatience,
}: BatchDependencies): Router {
  const allowed = parseAllowedNetworks(allowedNetworks);
  const router = Router();

  async function create(request: Request, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const { classifier, inputs, priority, patienceSeconds } = parseJsonBody(createBatchSchema, request);
    refuseLongerPatience('patienceSeconds', patienceSeconds, longestPatience);
    const { id, version, overrideConfig } = classifier;
    const resolved = await resolveClassifier(store, tenant, { id, version });
    const batch = await batches.start({
      tenant,
      config: withOverride(resolved.version.config, overrideConfig),
      classifier: { id: resolved.classifier.id, versionId: resolved.version.id },
      source: 'BATCH_PROCESSOR_RUN',
      inputs: inputs.map(({ file, metadata }) => ({ file: toBatchFile(file, allowed), metadata })),
      priority,
      patienceSeconds,
      requestId: requestContext(request).requestId,
    });
    const { batchId, runCount } = batch;
    requestContext(request).log.info({ batchId, runCount }, 'batch started');
    response.json(toBatchRunBody(batch));
  }

  async function read(request: Request<BatchParameters>, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    const include = queryChoice(request.query, 'include', ['counts']);
    const batch = await known(request, (batchId) => batches.read(tenant, batchId));
    const counts = include === undefined ? undefined : await batches.counts(tenant, batch);
    response.set('Cache-Control', 'no-store').json(toBatchRunBody(batch, counts));
  }

  async function cancel(request: Request<BatchParameters>, response: Response): Promise<void> {
    const tenant = tenantOf(request);
    response.json(toBatchRunBody(await known(request, (batchId) => batches.cancel(tenant, batchId))));
  }

  router.post('/classify_runs/batch', create);
  router.get('/batch_runs/:batchId', read);
  router.post('/batch_runs/:batchId/cancel', cancel);
  return answerOptions(router);
}

/** A URL that may not be fetched is the failure of its own run: the worker who must fetch it says what is wrong. */
function toBatchFile(file: RunFileBody, allowed: AllowedNetworks): RunFileInput {
  try {
    return toRunFileInput(file, allowed);
  } catch (error) {
    if (!(error instanceof ClassifierError) || file.url === undefined) throw error;
    return { kind: 'url', url: file.url, name: displayFileName(file.name ?? '') };
  }
}

async function known(request: Request<BatchParameters>, use: (batchId: string) => Promise<Batch>): Promise<Batch> {
  const { batchId } = request.params;
  try {
    return await use(batchId);
  } catch (error) {
    if (!(error instanceof ClassifierError) || error.code !== 'not_found') throw error;
    throw new ClassifierError('not_found', `There is no batch run ${JSON.stringify(batchId.slice(0, 80))}.`);
  }
}
