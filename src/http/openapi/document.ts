import { createDocument } from 'zod-openapi';
import { classifyPaths } from '../unsiloed/paths.ts';
import { extendBatchPaths } from '../extend/batches/paths.ts';
import { extendClassifierPaths } from '../extend/classifiers/paths.ts';
import { extendEvaluationPaths } from '../extend/evaluation-sets/paths.ts';
import { extendFilePaths } from '../extend/files/paths.ts';
import { extendRunPaths, synchronousRun } from '../extend/classify-runs/paths.ts';
import { eventHappened, extendWebhookPaths } from '../extend/webhooks/paths.ts';
import { operationPaths } from '../operations/paths.ts';
import { servicePaths } from '../service-paths.ts';
import { jobFinished, webhookPaths } from '../unsiloed/webhook-paths.ts';

/** The API as OpenAPI 3.1, made of the schemas that build and test its answers. */
export function createOpenApiDocument(version: string): ReturnType<typeof createDocument> {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Pigeonhole',
      version,
      summary: 'Document classification: a PDF or image goes in, its category comes out.',
      description:
        "Submit a document with the categories of your own, then read the job until it is finished. Clients of Unsiloed's `/classify` and Extend's SDK work unchanged.\n\n" +
        'Every path below `/classify` also stands below `/v1`. A path that is none answers 404, a method that a path does not have 405 with `Allow`; both with problem details. ' +
        '`HEAD` is answered wherever `GET` is, `OPTIONS` everywhere: with 204 and `Allow`.\n\n' +
        'A server without API keys serves its own machine alone and asks for none.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'classify', description: 'Documents and their jobs.' },
      { name: 'bulk', description: 'What is done with all jobs that a filter finds.' },
      {
        name: 'webhooks',
        description: 'What is sent when a job is finished, or when something happened that an endpoint asked for.',
      },
      { name: 'files', description: "Extend's files." },
      { name: 'classify runs', description: "Extend's runs, which are jobs: the run `clr_X` is the job `X`." },
      { name: 'classifiers', description: "Extend's classifiers and their versions." },
      { name: 'batches', description: "Extend's batches." },
      { name: 'evaluation', description: 'How well a classifier does with documents whose types are known.' },
      { name: 'service', description: 'Probes and documentation. No key is needed.' },
    ],
    security: [{ apiKey: [] }, { xApiKey: [] }, { bearer: [] }],
    paths: {
      ...classifyPaths(synchronousRun),
      ...operationPaths,
      ...webhookPaths,
      ...extendFilePaths,
      // Before the paths that have a parameter in the place of `batch`.
      ...extendBatchPaths,
      ...extendRunPaths,
      ...extendClassifierPaths,
      ...extendWebhookPaths,
      ...extendEvaluationPaths,
      ...servicePaths,
    },
    webhooks: { jobFinished, eventHappened },
    components: {
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'api-key' },
        xApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  });
}
