import { Readable } from 'node:stream';
import type { Client } from 'minio';
import { isLostRace, isMissingObject } from './s3-errors.ts';
import { PreconditionFailed, type PutOptions } from './object-store.ts';
import { type DigestAlgorithm, partOfBytes, PartSpool, type SpooledPart } from './part-spool.ts';
import { readSource } from './streams.ts';

export interface UploadTarget {
  readonly client: Client;
  readonly bucket: string;
  readonly isSecure: boolean;
  readonly partSizeBytes: number;
  readonly spool: { readonly directory: string; readonly maxMemoryBytes: number };
}

export interface Uploaded {
  readonly etag: string;
  readonly sizeBytes: number;
}

interface UploadedPart {
  readonly number: number;
  readonly etag: string;
}

/**
 * Puts a stream of unknown length: in one request when it fits into one part, else as a multipart upload, which is
 * aborted when anything fails. minio's own `putObject` would hold a part in memory, join an unfinished upload of the
 * same key, leave a broken one behind, and never see an error of the source.
 */
export async function uploadStream(
  target: UploadTarget,
  key: string,
  body: Readable,
  options: PutOptions,
): Promise<Uploaded> {
  const source = readSource(body, options.signal);
  await using spool = new PartSpool({ ...target.spool, algorithm: digestAlgorithm(target) });
  try {
    const rest = await fillPart(spool, source, undefined, target.partSizeBytes);
    if (!rest) return await putWhole(target, key, spool.finish(), options);
    return await uploadParts(target, key, spool, source, rest, options);
  } finally {
    await source.return(undefined);
  }
}

/** Puts bytes that are in memory already. */
export function uploadBytes(
  target: UploadTarget,
  key: string,
  bytes: Uint8Array,
  options: PutOptions,
): Promise<Uploaded> {
  if (bytes.length > target.partSizeBytes) return uploadStream(target, key, Readable.from([bytes]), options);
  return putWhole(target, key, partOfBytes(bytes, digestAlgorithm(target)), options);
}

async function putWhole(target: UploadTarget, key: string, part: SpooledPart, options: PutOptions): Promise<Uploaded> {
  const headers = { ...objectHeaders(options), ...conditionHeaders(options), ...bodyHeaders(target, part) };
  const request = { method: 'PUT', bucketName: target.bucket, objectName: key, headers };
  const response = await conditional(key, options, () => send(target, request, part));
  return { etag: unquoted(response.headers.etag), sizeBytes: part.sizeBytes };
}

async function uploadParts(
  target: UploadTarget,
  key: string,
  spool: PartSpool,
  source: AsyncGenerator<Buffer>,
  firstRest: Buffer,
  options: PutOptions,
): Promise<Uploaded> {
  const { client, bucket } = target;
  const uploadId = await client.initiateNewMultipartUpload(bucket, key, objectHeaders(options));
  try {
    const parts: UploadedPart[] = [];
    let sizeBytes = 0;
    let rest: Buffer | undefined = firstRest;
    for (;;) {
      const part = spool.finish();
      parts.push(await uploadPart(target, key, uploadId, parts.length + 1, part));
      sizeBytes += part.sizeBytes;
      if (!rest) break;
      await spool.reset();
      rest = await fillPart(spool, source, rest, target.partSizeBytes);
    }
    const etag = await conditional(key, options, () => completeUpload(target, key, uploadId, parts, options));
    return { etag, sizeBytes };
  } catch (error) {
    // Best effort, and not under the caller's signal: what stays is swept by the bucket's own rules.
    await client.abortMultipartUpload(bucket, key, uploadId).catch(() => undefined);
    throw error;
  }
}

/** Fills one part. Returns what of the source did not fit, or undefined when the source has ended. */
async function fillPart(
  spool: PartSpool,
  source: AsyncGenerator<Buffer>,
  carried: Buffer | undefined,
  partSizeBytes: number,
): Promise<Buffer | undefined> {
  let chunk = carried;
  for (;;) {
    if (chunk && chunk.length > 0) {
      const room = partSizeBytes - spool.sizeBytes;
      if (room === 0) return chunk;
      await spool.write(chunk.subarray(0, room));
      if (chunk.length > room) return chunk.subarray(room);
    }
    const next = await source.next();
    if (next.done) return undefined;
    chunk = next.value;
  }
}

async function uploadPart(
  target: UploadTarget,
  key: string,
  uploadId: string,
  number: number,
  part: SpooledPart,
): Promise<UploadedPart> {
  const query = `partNumber=${number}&uploadId=${encodeURIComponent(uploadId)}`;
  const headers = bodyHeaders(target, part);
  const request = { method: 'PUT', bucketName: target.bucket, objectName: key, query, headers };
  const response = await send(target, request, part);
  return { number, etag: unquoted(response.headers.etag) };
}

async function completeUpload(
  target: UploadTarget,
  key: string,
  uploadId: string,
  parts: readonly UploadedPart[],
  options: PutOptions,
): Promise<string> {
  const list = parts.map(({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag></Part>`);
  const payload = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${list.join('')}</CompleteMultipartUpload>`;
  const response = await target.client.makeRequestAsync(
    {
      method: 'POST',
      bucketName: target.bucket,
      objectName: key,
      query: `uploadId=${encodeURIComponent(uploadId)}`,
      headers: conditionHeaders(options),
    },
    payload,
  );
  const answer = await readText(response);
  // Completing takes long, so S3 may begin its answer with 200 and still fail.
  const etag = /<ETag>(?:"|&quot;|&#34;)?([^<"&]+)/.exec(answer)?.[1];
  if (etag === undefined || answer.includes('<Error>')) {
    const code = /<Code>([^<]+)/.exec(answer)?.[1] ?? 'InternalError';
    const message = /<Message>([^<]+)/.exec(answer)?.[1] ?? 'completing the multipart upload failed';
    throw Object.assign(new Error(message), { code });
  }
  return etag;
}

type PutRequest = Parameters<Client['makeRequestStreamAsync']>[0];

async function send(target: UploadTarget, request: PutRequest, part: SpooledPart) {
  const sha256 = target.isSecure ? '' : part.digest.toString('hex');
  const response = await target.client.makeRequestStreamAsync(request, part.body(), sha256, [200], '');
  response.resume();
  return response;
}

/** Over plain HTTP the signature covers the payload's SHA-256; over TLS the payload is unsigned, and an MD5 is sent. */
function digestAlgorithm(target: UploadTarget): DigestAlgorithm {
  return target.isSecure ? 'md5' : 'sha256';
}

function bodyHeaders(target: UploadTarget, part: SpooledPart): Record<string, string> {
  const length = { 'content-length': String(part.sizeBytes) };
  return target.isSecure ? { ...length, 'content-md5': part.digest.toString('base64') } : length;
}

function objectHeaders(options: PutOptions): Record<string, string> {
  return { 'content-type': options.contentType ?? 'application/octet-stream' };
}

function conditionHeaders(options: PutOptions): Record<string, string> {
  if (options.ifNoneMatch) return { 'if-none-match': '*' };
  return options.ifMatch === undefined ? {} : { 'if-match': `"${options.ifMatch}"` };
}

async function conditional<T>(key: string, options: PutOptions, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const isGone = options.ifMatch !== undefined && isMissingObject(error);
    if (!isGone && !isLostRace(error)) throw error;
    throw new PreconditionFailed(`a condition on the object ${key} did not hold`, { cause: error });
  }
}

async function readText(response: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

export function unquoted(etag: string | undefined): string {
  return (etag ?? '').replace(/^(?:W\/)?"|"$/g, '');
}
