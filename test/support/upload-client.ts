import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BodyLimits } from '../../src/http/shared/body-clock.ts';
import type { UploadLimits } from '../../src/http/shared/upload-limits.ts';
import type { Upload } from '../../src/http/shared/upload-session.ts';
import { createFolderStore } from '../../src/storage/folder-store.ts';
import type { ObjectFacts, ObjectStore } from '../../src/storage/object-store.ts';
import { startUploadApp, type UploadApp } from './upload-app.ts';

export const megabyte = 1_000_000;

export interface Started {
  readonly app: UploadApp & { readonly directory: string };
  readonly store: ObjectStore;
}

export async function start(limits: Partial<UploadLimits> = {}, bodies: Partial<BodyLimits> = {}): Promise<Started> {
  const directory = await mkdtemp(join(tmpdir(), 'pigeonhole-upload-'));
  const store = createFolderStore({ directory });
  const app = await startUploadApp(store, { maxFileBytes: 50 * megabyte, ...limits }, bodies);
  onTestFinished(async () => {
    await app.close();
    await rm(directory, { recursive: true, force: true });
  });
  return { app: { ...app, directory }, store };
}

export interface PostAnswer {
  readonly status: number;
  readonly body: Partial<Omit<Upload, 'discard'>> & { readonly code?: string; readonly detail?: string };
}

export async function post(app: UploadApp, body: FormData): Promise<PostAnswer> {
  const response = await fetch(app.url, { method: 'POST', body });
  const parsed: PostAnswer['body'] = JSON.parse(await response.text());
  return { status: response.status, body: parsed };
}

export function pdf(sizeBytes: number): Buffer<ArrayBuffer> {
  const bytes = randomBytes(sizeBytes);
  bytes.write('%PDF-1.7\n');
  return bytes;
}

export function formWith(bytes: Buffer<ArrayBuffer>, name = 'a.pdf', field = 'pdf_file'): FormData {
  const form = new FormData();
  form.append(field, new Blob([bytes]), name);
  return form;
}

export function formOf(...files: readonly (readonly [field: string, bytes: Buffer<ArrayBuffer>])[]): FormData {
  const form = new FormData();
  for (const [field, bytes] of files) form.append(field, new Blob([bytes]), 'a.pdf');
  return form;
}

export function textForm(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

export function long(): string {
  return 'x'.repeat(1.5 * megabyte);
}

export function numbered(count: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => [`field-${index}`, 'x']);
}

export function requestHead(contentLength?: number): string {
  const length = contentLength === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${contentLength}`;
  return `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n${length}\r\n\r\n`;
}

export function partHead(field: string): string {
  return `--x\r\nContent-Disposition: form-data; name="${field}"; filename="a.pdf"\r\n\r\n`;
}

/** What the server answers on a connection of its own, up to the end of the answer's JSON. */
export function rawAnswer(app: UploadApp, send: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(app.port, '127.0.0.1');
    onTestFinished(() => {
      socket.destroy();
    });
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (answer.endsWith('}')) resolve(answer);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`closed after: ${answer}`)));
    send(socket);
  });
}

export async function storedObjects(store: ObjectStore): Promise<ObjectFacts[]> {
  return Array.fromAsync(store.list(''));
}

/** Files of any kind, half-written ones too, without the mark of the store itself. */
export async function filesBelow(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && entry.name !== '~store').length;
}
