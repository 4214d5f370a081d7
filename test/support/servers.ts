import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'minio';
import { type ServerExit, type ServerProcess, spawnServer, tailOf } from '../../src/temporal/server-process.ts';
import { ensureTool, findTool } from '../../tools/ensure-tool.ts';
import { freePort, freePorts } from './free-ports.ts';

/** How to reach an S3 server; plain data, as vitest hands it to the test processes. */
export interface S3Address {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

/** An S3 server of one's own. A chaos test may kill `pid` and start another on the same folder and ports. */
export interface S3Server {
  readonly address: S3Address;
  readonly pid: number;
  readonly exited: Promise<ServerExit>;
  readonly stop: () => Promise<void>;
}

/** SeaweedFS is several servers in one process, and each of them listens. */
const seaweedFsPortFlags = [
  's3.port',
  's3.port.grpc',
  'master.port',
  'master.port.grpc',
  'volume.port',
  'volume.port.grpc',
  'filer.port',
  'filer.port.grpc',
  'admin.port',
  'admin.port.grpc',
] as const;

export type SeaweedFsPorts = Readonly<Record<(typeof seaweedFsPortFlags)[number], number>>;

const accessKey = 'pigeonhole-test';
const secretKey = 'pigeonhole-test-secret';
const region = 'us-east-1';
const readyLimitMs = 60_000;
const stopLimitMs = 10_000;

/** A free port for each of SeaweedFS's listeners, so that any number of copies can run beside each other. */
export async function freeSeaweedFsPorts(): Promise<SeaweedFsPorts> {
  const [
    s3 = 0,
    s3Grpc = 0,
    master = 0,
    masterGrpc = 0,
    volume = 0,
    volumeGrpc = 0,
    filer = 0,
    filerGrpc = 0,
    admin = 0,
    adminGrpc = 0,
  ] = await freePorts(seaweedFsPortFlags.length);
  return {
    's3.port': s3,
    's3.port.grpc': s3Grpc,
    'master.port': master,
    'master.port.grpc': masterGrpc,
    'volume.port': volume,
    'volume.port.grpc': volumeGrpc,
    'filer.port': filer,
    'filer.port.grpc': filerGrpc,
    'admin.port': admin,
    'admin.port.grpc': adminGrpc,
  };
}

/** Starts SeaweedFS on the folder and waits until it takes an object. */
export async function startSeaweedFs(folder: string, ports: SeaweedFsPorts): Promise<S3Server> {
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true });
  const logFile = join(folder, 'seaweedfs.log');
  const server = await spawnServer({
    executable: await ensureTool('seaweedfs', { onProgress: (line) => console.error(line) }),
    args: [
      'mini',
      `-dir=${data}`,
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      '-admin.ui=false',
      '-webdav=false',
      '-master.telemetry=false',
      '-s3.port.iceberg=0',
      '-s3.port.lance=0',
      // As other S3 servers: a bucket that does not exist is an error.
      '-s3.autoCreateBucket=false',
      ...seaweedFsPortFlags.map((flag) => `-${flag}=${ports[flag]}`),
    ],
    env: { HOME: folder, AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey },
    logFile,
  });
  return whenItStores(server, ports['s3.port'], logFile, () => removeSockets(Object.values(ports)));
}

/** Starts MinIO on the folder and waits until it takes an object. */
export async function startMinio(folder: string, port: number): Promise<S3Server> {
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true });
  const logFile = join(folder, 'minio.log');
  const consolePort = await freePort();
  const server = await spawnServer({
    executable: await ensureTool('minio', { onProgress: (line) => console.error(line) }),
    args: ['server', `--address=127.0.0.1:${port}`, `--console-address=127.0.0.1:${consolePort}`, data],
    env: { HOME: folder, MINIO_ROOT_USER: accessKey, MINIO_ROOT_PASSWORD: secretKey, MINIO_BROWSER: 'off' },
    logFile,
  });
  return whenItStores(server, port, logFile, async () => undefined);
}

/** Whether MinIO can be started without a build of some minutes. */
export async function hasMinio(): Promise<boolean> {
  return (await findTool('minio')) !== undefined;
}

async function whenItStores(
  server: ServerProcess,
  port: number,
  logFile: string,
  cleanUp: () => Promise<void>,
): Promise<S3Server> {
  const address = { endpoint: `http://127.0.0.1:${port}`, accessKey, secretKey, region };
  const stop = async (): Promise<void> => {
    await server.stop(stopLimitMs);
    await cleanUp();
  };
  const gone = new AbortController();
  void server.exited.then(() => gone.abort(new Error('it ended')));
  try {
    await untilItStores(port, gone.signal);
  } catch (error) {
    const tail = await tailOf(logFile);
    await stop();
    throw new Error(`The S3 server on port ${port} cannot be used. The end of its log:\n${tail}`, { cause: error });
  }
  return { address, pid: server.pid, exited: server.exited, stop };
}

/** A port that listens is not enough: SeaweedFS's volumes come up after its S3 gateway. */
async function untilItStores(port: number, gone: AbortSignal): Promise<void> {
  const client = new Client({ endPoint: '127.0.0.1', port, useSSL: false, accessKey, secretKey, region });
  const bucket = `ready-${port}`;
  const deadline = Date.now() + readyLimitMs;
  for (;;) {
    try {
      if (!(await client.bucketExists(bucket))) await client.makeBucket(bucket, region);
      await client.putObject(bucket, 'ready', 'yes');
      await client.removeObject(bucket, 'ready');
      await client.removeBucket(bucket);
      return;
    } catch (error) {
      gone.throwIfAborted();
      if (Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}

/** SeaweedFS leaves the sockets of its ports in /tmp. */
async function removeSockets(ports: readonly number[]): Promise<void> {
  for (const name of await readdir('/tmp')) {
    if (!name.startsWith('seaweedfs-') || !ports.some((port) => name.endsWith(`-${port}.sock`))) continue;
    await rm(join('/tmp', name), { force: true });
  }
}
