import { setTimeout as delay } from 'node:timers/promises';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freeSeaweedFsPorts, startSeaweedFs } from '../../test/support/servers.ts';
import { findTool } from '../../tools/ensure-tool.ts';
import type { Lab } from '../lab.ts';
import type { Measurement, Outcome, Row } from '../measurement.ts';
import { watchResidentMemory } from '../resident-memory.ts';
import { startService, type ServiceOptions } from '../service.ts';
import { uploadOf } from '../upload.ts';

const uploads = 20;
const megabyte = 1_000_000;
const sizeBytes = 50 * megabyte;

/** Documents stream through the API into the store: its memory must not grow with them. */
export const uploadMemory: Measurement = {
  name: 'upload-memory',
  title: 'memory of the API under uploads',
  measure,
};

async function measure(lab: Lab): Promise<Outcome> {
  const rows = [await growth(lab, 'folder', {})];
  if ((await findTool('seaweedfs')) === undefined) {
    return { rows, notes: ['upload-memory: not on S3, SeaweedFS is not installed (npm run tools)'] };
  }
  const folder = join(lab.directory, 'seaweedfs');
  await mkdir(folder);
  const s3 = await startSeaweedFs(folder, await freeSeaweedFsPorts());
  try {
    const { endpoint, accessKey, secretKey } = s3.address;
    rows.push(await growth(lab, 'S3', { S3_ENDPOINT: endpoint, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey }));
  } finally {
    await s3.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return { rows };
}

async function growth(lab: Lab, store: string, environment: ServiceOptions['environment'] & object): Promise<Row> {
  // The runs are not wanted, only the uploads: no worker takes them.
  await using service = await startService(lab, { environment, hasWorker: false });
  const url = `${service.url}/classify`;
  const started: string[] = [];

  // What a first upload loads and compiles is no cost of the twenty.
  started.push(await uploadOf(url, megabyte));
  await delay(1000);
  const memory = watchResidentMemory(service.apiPid);
  const idleBytes = memory.nowBytes();
  const startedAt = performance.now();
  started.push(...(await Promise.all(Array.from({ length: uploads }, () => uploadOf(url, sizeBytes)))));
  const seconds = (performance.now() - startedAt) / 1000;
  const peakBytes = memory.stop();
  await Promise.all(started.map((jobId) => lab.client.workflow.getHandle(jobId).terminate()));

  const toMegabytes = (bytes: number): string => `${(bytes / megabyte).toFixed(0)} MB`;
  return {
    what: `memory of the API, ${uploads} uploads of 50 MB at once, ${store}`,
    against: 'idle',
    figure: (peakBytes - idleBytes) / megabyte,
    unit: 'MB',
    goal: { atMost: 100 },
    detail: `${toMegabytes(idleBytes)} idle, ${toMegabytes(peakBytes)} at most; ${toMegabytes((uploads * sizeBytes) / seconds)} a second`,
  };
}
