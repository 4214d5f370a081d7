import { Router, type Request, type Response } from 'express';
import type { EvaluationService } from '../../../jobs/evaluation-service.ts';
import { answerOptions } from '../../shared/other-methods.ts';
import { requestContext, tenantOf } from '../../shared/request-context.ts';
import { toEvaluationRunBody } from './body.ts';
import { createEvaluationRunSchema } from './schemas.ts';
import { parseJsonBody } from '../json-body.ts';

export interface EvaluationRunDependencies {
  readonly evaluations: EvaluationService;
}

/** How well a classifier does with an evaluation set: `/evaluation_set_runs`. */
export function evaluationRunRoutes({ evaluations }: EvaluationRunDependencies): Router {
  const router = Router();

  async function create(request: Request, response: Response): Promise<void> {
    const { evaluationSetId, entity, evaluationSetItemIds } = parseJsonBody(createEvaluationRunSchema, request);
    const tenant = tenantOf(request);
    const { requestId } = requestContext(request);
    const choice = { tenant, evaluationSetId, classifier: entity, itemIds: evaluationSetItemIds };
    response.json(toEvaluationRunBody(await evaluations.start({ ...choice, requestId })));
  }

  async function read(request: Request<{ readonly runId: string }>, response: Response): Promise<void> {
    response.json(toEvaluationRunBody(await evaluations.read(tenantOf(request), request.params.runId)));
  }

  router.post('/evaluation_set_runs', create);
  router.get('/evaluation_set_runs/:runId', read);
  return answerOptions(router);
}
