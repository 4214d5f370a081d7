import { randomUUID } from 'node:crypto';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { ClassifierError } from '../../domain/errors.ts';
import { parseAllowedNetworks, parseSourceUrl } from '../../domain/source-url.ts';
import type { JobService, StartJobRequest } from '../../jobs/job-service.ts';
import { jobKeys } from '../../records/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { bindJobId, boundJobId, requestContext, tenantOf } from '../shared/request-context.ts';
import type { Upload } from '../shared/upload-session.ts';
import { uploadMiddleware, uploadOf } from '../shared/upload.ts';
import { jsonBody } from '../shared/json-shape.ts';
import { refuseEarly } from '../shared/refuse-early.ts';
import { uploadDefaults } from '../shared/upload-limits.ts';
import { requireUtf8Form } from '../shared/utf8.ts';
import { isTextField, readFormFields } from './form-fields.ts';
import { parseSubmission, textField, type SubmissionLimits } from './submission.ts';

export interface SubmitLimits extends SubmissionLimits {
  readonly maxFileBytes: number;
  /** Addresses that a file_url or webhook_url may name although they are private. */
  readonly allowedNetworks: readonly string[];
}

export interface SubmitDependencies {
  readonly jobs: JobService;
  readonly store: ObjectStore;
  readonly limits: SubmitLimits;
}

/** The body of the contract's every vintage; a quota adds `quota_remaining`. */
interface SubmittedBody {
  readonly job_id: string;
  readonly status: 'processing';
  readonly message: 'Classification started';
  readonly quota_remaining?: number;
}

const idempotencyHeader = 'idempotency-key';

/** The limit of a body without a document. */
export const maxFormBytes = 2 * 1024 * 1024;

/** `POST /classify`: the handlers in their order. Whatever they refuse leaves nothing in the store. */
export function submitRoute({ jobs, store, limits }: SubmitDependencies): readonly RequestHandler[] {
  const allowed = parseAllowedNetworks(limits.allowedNetworks);
  const readJson = jsonBody({ limitBytes: maxFormBytes, maxValues: limits.maxJsonValues });
  const readForm = uploadMiddleware({
    store,
    keyFor: (request) => {
      const keys = jobKeys(tenantOf(request), boundJobId(request));
      return request.get(idempotencyHeader) === undefined ? keys.source : keys.sourceOf(randomUUID());
    },
    limits: { maxFileBytes: limits.maxFileBytes },
    isTextField,
  });

  /** Awaits the upload: express hears that it was refused by the rejection of what it called itself. */
  async function chooseParser(request: Request, response: Response, next: NextFunction): Promise<void> {
    bindJobId(request, await jobs.admit(tenantOf(request), request.get(idempotencyHeader)));
    if (request.is('multipart/form-data')) await readForm(request, response, next);
    else if (request.is('application/x-www-form-urlencoded')) readUrlEncoded(request, response, next);
    else if (hasOtherBody(request)) throw notAForm(request);
    else readJson(request, response, next);
  }

  async function submit(request: Request, response: Response): Promise<void> {
    const upload = request.is('multipart/form-data') ? uploadOf(request) : withoutFile(request);
    const jobId = boundJobId(request);
    const remaining = await jobs.submit({
      toRequest: () => toStartRequest(request, upload),
      discard: () => upload.discard(),
    });
    requestContext(request).log.info(
      { sizeBytes: upload.document?.sizeBytes, type: upload.document?.type },
      'job started',
    );
    const body: SubmittedBody = {
      job_id: jobId,
      status: 'processing',
      message: 'Classification started',
      ...(remaining !== undefined && { quota_remaining: remaining }),
    };
    response
      .status(202)
      .set({ Location: `${request.baseUrl}/classify/${jobId}`, 'Retry-After': '2' })
      .json(body);
  }

  function toStartRequest(request: Request, upload: Upload): StartJobRequest {
    // Checks what every request needs first: a missing document is reported before its categories.
    const fields = readFormFields(upload.fields);
    const source = sourceOf(upload.document, fields);
    const { categories, selection, instructions, metadata, unknown, patienceSeconds } = parseSubmission(fields, limits);
    return {
      tenant: tenantOf(request),
      jobId: boundJobId(request),
      requestId: requestContext(request).requestId,
      source,
      categories,
      selection,
      ...(upload.document && { fileName: upload.document.fileName }),
      ...(instructions !== undefined && { instructions }),
      ...webhookOf(fields),
      ...(metadata && { metadata }),
      ...(unknown && { unknown }),
      ...(patienceSeconds !== undefined && { patienceSeconds }),
      ...(request.get(idempotencyHeader) !== undefined && { isIdempotent: true }),
    };
  }

  function sourceOf(document: Upload['document'], fields: FormFields): StartJobRequest['source'] {
    const fileUrl = textField(fields, 'file_url') ?? textField(fields, 'url');
    if (document && fileUrl !== undefined) {
      throw new ClassifierError('invalid_request', 'Provide either pdf_file or file_url, not both');
    }
    if (document) {
      const { key, sha256, sizeBytes, type } = document;
      return { document: { key, sha256, sizeBytes, type } };
    }
    if (fileUrl === undefined) {
      throw new ClassifierError('invalid_request', 'Either pdf_file or file_url must be provided');
    }
    return { url: parseSourceUrl(fileUrl, allowed).href };
  }

  function webhookOf(fields: FormFields): Pick<StartJobRequest, 'webhookUrl'> {
    const webhookUrl = textField(fields, 'webhook_url');
    return webhookUrl === undefined ? {} : { webhookUrl: parseSourceUrl(webhookUrl, allowed, 'webhook_url').href };
  }

  return [chooseParser, submit];
}

type FormFields = ReturnType<typeof readFormFields>;

const readUrlEncoded = refuseEarly(
  maxFormBytes,
  express.urlencoded({
    extended: false,
    limit: maxFormBytes,
    parameterLimit: uploadDefaults.maxFields,
    verify: requireUtf8Form,
  }),
);

/** A body that is neither a form nor JSON: the document itself, more often than not. */
function hasOtherBody(request: Request): boolean {
  return request.get('content-type') !== undefined && typeof request.is('json') !== 'string' && hasBody(request);
}

/** RFC 9112 6.3. */
function hasBody(request: Request): boolean {
  return request.get('transfer-encoding') !== undefined || Number(request.get('content-length') ?? 0) > 0;
}

function notAForm(request: Request): ClassifierError {
  const seen = JSON.stringify(request.get('content-type')?.slice(0, 80));
  return new ClassifierError(
    'unsupported_media_type',
    `The request must be a form (multipart/form-data) with the document as its file pdf_file, such as curl -F pdf_file=@document.pdf sends; got ${seen}.`,
  );
}

/**
 * Clients that name a URL alone often send no multipart. A JSON body is read only to be told apart from a broken one.
 */
function withoutFile(request: Request): Upload {
  const body: unknown = request.is('application/x-www-form-urlencoded') ? request.body : undefined;
  const fields = typeof body === 'object' && body !== null ? Object.fromEntries(Object.entries(body)) : {};
  return { fields, documentHead: new Uint8Array(), discard: async () => undefined };
}
