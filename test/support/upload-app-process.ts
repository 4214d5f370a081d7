import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ObjectStoreConfig } from '../../src/storage/create-store.ts';

export interface UploadAppProcess {
  /** Uploads a PDF of that size and resolves with the status of the answer. */
  upload(sizeBytes: number): Promise<number | undefined>;
  /** By how many bytes the server's resident memory grew at most while the action ran. */
  memoryGrowthDuring(action: () => Promise<unknown>): Promise<number>;
  readonly stop: () => void;
}

/** The upload application in a process of its own, where its memory can be measured. */
export async function startUploadAppProcess(config: ObjectStoreConfig): Promise<UploadAppProcess> {
  const child = fork(join(import.meta.dirname, 'upload-app.child.ts'), [JSON.stringify(config)]);
  const answer = async (): Promise<number> => {
    const [message] = await once(child, 'message');
    return Number(message);
  };
  const port = await answer();
  return {
    upload: (sizeBytes) => upload(port, sizeBytes),
    async memoryGrowthDuring(action) {
      child.send('watch');
      await answer();
      await action();
      child.send('growth');
      return answer();
    },
    stop: () => child.disconnect(),
  };
}

async function upload(port: number, sizeBytes: number): Promise<number | undefined> {
  const outgoing = request({
    host: '127.0.0.1',
    port,
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
  });
  await pipeline(multipart(sizeBytes), outgoing);
  const response = await answered;
  response.resume();
  await once(response, 'end');
  return response.statusCode;
}

function* multipart(sizeBytes: number): Generator<Buffer> {
  yield Buffer.from('--x\r\nContent-Disposition: form-data; name="pdf_file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n');
  const chunk = Buffer.alloc(64 * 1024, 'a');
  for (let sent = 9; sent < sizeBytes; sent += chunk.length) yield chunk.subarray(0, sizeBytes - sent);
  yield Buffer.from('\r\n--x--\r\n');
}
