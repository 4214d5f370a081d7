import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { ClassifierError } from '../../../domain/errors.ts';
import { subjectKinds } from '../../../domain/webhook-event.ts';
import type { EventPayloads } from '../../../webhook/event-payload.ts';
import { answerOptions } from '../../shared/other-methods.ts';
import { requireSignature, type UrlSigner } from '../../shared/signed-url.ts';
import { eventPayloadsPath } from './event-payloads.ts';

export interface EventPayloadDependencies {
  readonly signer: UrlSigner;
  readonly eventPayloads: EventPayloads;
}

interface PayloadParameters {
  readonly tenant: string;
  readonly kind: string;
  readonly id: string;
  readonly eventId: string;
}

/** Serves the links in webhooks, without a key: the URL was signed for its receiver. */
export function eventPayloadRoutes({ signer, eventPayloads }: EventPayloadDependencies): Router {
  const router = Router();

  async function readPayload(request: Request<PayloadParameters>, response: Response): Promise<void> {
    const { tenant, id, eventId } = request.params;
    const kind = z.enum(subjectKinds).parse(request.params.kind);
    const payload = await eventPayloads.read(tenant, { eventId, subject: { kind, id } });
    if (!payload) throw new ClassifierError('not_found', 'The target of this link was deleted');
    response.set('Cache-Control', 'private, no-store').json(payload.body);
  }

  router.use(eventPayloadsPath, requireSignature(signer));
  router.get(`${eventPayloadsPath}/:tenant/:kind/:id/:eventId`, readPayload);
  return answerOptions(router);
}
