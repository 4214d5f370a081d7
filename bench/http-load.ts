import { Pool } from 'undici';
import { inParallel, timed } from './statistics.ts';

export interface Load {
  readonly count: number;
  /** Kept alive, one request at a time on each. */
  readonly connections: number;
  /** What every answer must hold; anything else ends the load. */
  readonly bodyBytes: number;
}

/** Gets a URL so many times and gives the answers per second. */
export async function getRepeatedly(url: string, { count, connections, bodyBytes }: Load): Promise<number> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  try {
    const elapsedMs = await timed(() =>
      inParallel(count, connections, async () => {
        const received = await get(pool, pathname);
        if (received !== bodyBytes) throw new Error(`expected ${bodyBytes} bytes from ${url}, got ${received}`);
      }),
    );
    return count / (elapsedMs / 1000);
  } finally {
    await pool.close();
  }
}

/** The dispatcher's own callbacks: streams and promises for each part would cost the driver more than the server. */
function get(pool: Pool, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    pool.dispatch(
      { method: 'GET', path },
      {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: (_controller, chunk) => void (bytes += chunk.length),
        onResponseEnd: () => resolve(bytes),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}
