import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { type ClassifierError, errorFacts, normalizeError } from '../../src/domain/errors.ts';
import { clockBodies, type BodyLimits } from '../../src/http/shared/body-clock.ts';
import { uploadMiddleware, uploadOf } from '../../src/http/shared/upload.ts';
import type { UploadLimits } from '../../src/http/shared/upload-limits.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';

const bodyLimits: BodyLimits = { minBytesPerSecond: 0, windowMs: 1000, maxDrainBytes: 64_000_000, maxDrainMs: 10_000 };

export interface UploadApp {
  readonly port: number;
  readonly url: string;
  /** Errors that a client may have been too far away to read. */
  readonly errors: readonly ClassifierError[];
  readonly close: () => Promise<void>;
}

/** A real express application around the upload, on a free port; it answers with what was uploaded. */
export async function startUploadApp(
  store: ObjectStore,
  limits: UploadLimits,
  bodies: Partial<BodyLimits> = {},
): Promise<UploadApp> {
  const errors: ClassifierError[] = [];
  const app = express();
  app.post('/', uploadMiddleware({ store, keyFor: () => `uploads/${randomUUID()}`, limits }), (request, response) => {
    const { document, fields } = uploadOf(request);
    response.json({ document, fields });
  });
  const answerError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    const { code, detail } = normalizeError(error);
    errors.push(normalizeError(error));
    response.status(errorFacts[code].status).json({ code, detail });
  };
  app.use(answerError);
  const server = app.listen(0, '127.0.0.1');
  clockBodies(server, { ...bodyLimits, ...bodies });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = addressOf(server.address());
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, url: `http://127.0.0.1:${port}/`, errors, close };
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address;
}
