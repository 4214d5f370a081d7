import { z } from 'zod';
import { readEndedBatch } from '../../../jobs/read-batch.ts';
import { readRunFacts } from '../../../records/jobs/run-facts.ts';
import { readJson } from '../../../records/json-documents.ts';
import { webhookKeys } from '../../../records/keys.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import { readOutcome } from '../../../records/jobs/job-outcome.ts';
import type { EventPayload, EventPayloads, EventReference } from '../../../webhook/event-payload.ts';
import type { UrlSigner } from '../../shared/signed-url.ts';
import { toBatchRunBody } from '../batches/schemas.ts';
import { toRunBody } from '../classify-runs/body.ts';

export interface EventPayloadsDependencies {
  readonly store: ObjectStore;
  readonly signer: UrlSigner;
  /** Under which clients reach the API. */
  readonly publicUrl: string;
}

export const eventPayloadsPath = '/signed/event_payloads';

/** As long as Extend's. */
const linkValidMs = 60 * 60 * 1000;

const snapshotSchema = z.looseObject({ id: z.string() });

/** Builds the payloads of events in Extend's form. Reads the store alone, so that workers can do it. */
export function createEventPayloads({ store, signer, publicUrl }: EventPayloadsDependencies): EventPayloads {
  async function readRun(tenant: string, jobId: string): Promise<EventPayload | undefined> {
    const job = await readOutcome(store, tenant, jobId);
    if (!job) return undefined;
    const body = toRunBody(await readRunFacts(store, tenant, job, { withReason: true }), publicUrl);
    return { id: body.id, body, ...(body.metadata && { metadata: body.metadata }) };
  }

  async function readBatch(tenant: string, batchId: string): Promise<EventPayload | undefined> {
    const batch = await readEndedBatch(store, tenant, batchId);
    const body = batch && toBatchRunBody(batch);
    return body && { id: body.id, body };
  }

  async function readSnapshot(tenant: string, eventId: string): Promise<EventPayload | undefined> {
    const key = webhookKeys(tenant).event(eventId);
    const body = (await readJson(store, key, (value) => snapshotSchema.parse(value)))?.value;
    return body && { id: body.id, body };
  }

  return {
    async read(tenant: string, { eventId, subject }: EventReference) {
      switch (subject.kind) {
        case 'run':
          return readRun(tenant, subject.id);
        case 'batch':
          return readBatch(tenant, subject.id);
        case 'classifier':
          return readSnapshot(tenant, eventId);
      }
    },
    link(tenant, { eventId, subject }) {
      const parts = [tenant, subject.kind, subject.id, eventId].map((part) => encodeURIComponent(part));
      return signer.sign(`${eventPayloadsPath}/${parts.join('/')}`, linkValidMs);
    },
  };
}
