import { freePort } from '../../test/support/free-ports.ts';
import { answers } from '../answers.ts';
import type { Lab } from '../lab.ts';

export interface Model extends AsyncDisposable {
  readonly baseUrl: string;
}

/** Starts the model server in a process of its own. */
export async function startModel(lab: Lab, delayMs: number): Promise<Model> {
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const server = await lab.start('bench/model/instant-model.ts', {
    args: [`--port=${port}`, `--delay-ms=${delayMs}`],
    isReady: () => answers(`${baseUrl}/models`),
  });
  return { baseUrl, [Symbol.asyncDispose]: () => server.stop() };
}
