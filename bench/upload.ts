import { request } from 'undici';
import { Readable } from 'node:stream';

const boundary = 'bench';

/** Posts a document of that size, made on the way, and gives the job's id. */
export async function uploadOf(url: string, sizeBytes: number): Promise<string> {
  const { statusCode, body } = await request(url, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Readable.from(multipart(sizeBytes)),
    headersTimeout: 300_000,
    bodyTimeout: 300_000,
  });
  const answer: unknown = await body.json();
  if (typeof answer === 'object' && answer !== null && 'job_id' in answer) return String(answer.job_id);
  throw new Error(`upload answered ${statusCode}: ${JSON.stringify(answer)}`);
}

function* multipart(sizeBytes: number): Generator<Buffer> {
  const part = (head: string): string => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`;
  yield Buffer.from(`${part('name="categories"')}["invoice", "letter"]\r\n`);
  yield Buffer.from(`${part('name="pdf_file"; filename="large.pdf"')}%PDF-1.7\n`);
  const chunk = Buffer.alloc(64 * 1024, 'a');
  for (let left = sizeBytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left);
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}
