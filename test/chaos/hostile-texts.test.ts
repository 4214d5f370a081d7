import { randomInt } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Extend, ExtendClient } from 'extend-ai';
import { array, constantFrom, integer, sample, tuple } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mapBounded } from '../../src/domain/map-bounded.ts';
import { pdfOfLines } from '../support/documents.ts';
import { extendClient } from '../support/extend-client.ts';
import { hostileTexts, hostileWords, type HostileText } from '../support/hostile-texts.ts';
import { createStandalone, type Standalone } from './standalone.ts';

/** What a request or a heartbeat may have to wait for. */
const longestPauseMs = 200;

let standalone: Standalone;
let client: ExtendClient;

beforeAll(async () => {
  const meter = new URL('../support/pause-meter.ts', import.meta.url).href;
  standalone = await createStandalone({ CLASSIFIER: 'built-in', API_KEYS: 'acme:key', RATE_LIMIT_PER_MINUTE: '0' }, [
    '--single-threaded-gc',
    `--import=${meter}`,
  ]);
  const { pid } = await standalone.start();
  client = extendClient(standalone.url, 'key');
  await endOf(await submit({ file: { text: 'INVOICE' } }));
  process.kill(pid, 'SIGUSR2');
});
afterAll(() => standalone[Symbol.asyncDispose]());

describe('a process that is API and worker in one, sent what was made to be slow', () => {
  test('holds its main thread for no longer than 200 ms, and ends each job with an answer or a sentence', async () => {
    const seed = randomInt(2 ** 31);
    const requests = [
      ...(await Promise.all((await readdir(fixtures)).map(asFixture))),
      ...hostileTexts.map(asText),
      ...inTens(hostileWords).map(asPdf),
      ...inTens(hostileWords).map(asQuestion),
      ...sample(mixed, { seed, numRuns: 20 }).map((text) => ({ file: { text } })),
    ];

    const runs = await mapBounded(requests, 6, async (request) => endOf(await submit(request)));

    const unsaid = runs.filter(
      ({ status, failureMessage }) => status !== 'PROCESSED' && !failureMessage?.endsWith('.'),
    );
    expect(unsaid, `seed ${seed}`).toEqual([]);
    expect(await longestPause(), `seed ${seed}`).toBeLessThanOrEqual(longestPauseMs);
  }, 600_000);
});

type Request = Partial<Pick<Extend.ClassifyRunsCreateRequest, 'file' | 'config'>> & {
  readonly upload?: File;
};

const fixtures = new URL('../fixtures', import.meta.url).pathname;

async function asFixture(name: string): Promise<Request> {
  return { upload: new File([await readFile(join(fixtures, name))], name) };
}

/** All of it is read, a few of its pages are judged. */
function asText({ at }: HostileText): Request {
  return {
    file: { text: `${at(300_000)} end` },
    config: { ...config, advancedOptions: { pageRanges: [{ start: 1, end: 3 }] } },
  };
}

function inTens(texts: readonly HostileText[]): readonly (readonly HostileText[])[] {
  return Array.from({ length: Math.ceil(texts.length / 10) }, (_, index) => texts.slice(index * 10, (index + 1) * 10));
}

/** As the text layers of pages: in WinAnsi what is not Latin becomes a question mark. */
function asPdf(texts: readonly HostileText[]): Request {
  const pages = texts.map(({ at }) => at(20_000).match(/[^]{1,140}/g) ?? []);
  return { upload: new File([pdfOfLines(...pages)], 'pages.pdf') };
}

/** As everything else that a caller says. */
function asQuestion(texts: readonly HostileText[]): Request {
  const classifications = Array.from({ length: 20 }, () => texts)
    .flat()
    .slice(0, 199)
    .map(({ at }, index) => ({
      id: `c${index}`,
      type: wellFormed(at(190).slice(0, 190) + index),
      description: wellFormed(at(1900).slice(0, 1900)),
    }));
  const all = (length: number): string => wellFormed(texts.map(({ at }) => at(length).slice(0, length)).join(''));
  return {
    file: { text: `${all(1000)} end` },
    config: {
      classifications: [...classifications, { id: 'other', type: 'other', description: '' }],
      classificationRules: all(390),
    },
  };
}

/** What no contract takes is refused at the door, and is no text for a worker. */
function wellFormed(text: string): string {
  return text.replaceAll('\0', ' ').toWellFormed();
}

const mixed = array(tuple(constantFrom(...hostileTexts), integer({ min: 1, max: 3000 })), {
  minLength: 1,
  maxLength: 60,
}).map((parts) => `a${parts.map(([{ at }, length]) => at(length)).join('')}`);

const config = {
  classifications: [
    { id: 'inv', type: 'invoice', description: 'a bill' },
    { id: 'oth', type: 'other', description: 'anything else' },
  ],
} satisfies Extend.ClassifyConfig;

async function submit({ upload, file, ...rest }: Request): Promise<string> {
  const uploaded = upload && { id: (await client.files.upload(upload, {})).id };
  const { id } = await client.classifyRuns.create({ config, ...rest, file: uploaded ?? file ?? { text: 'INVOICE' } });
  return id;
}

async function endOf(id: string): Promise<Extend.ClassifyRun> {
  for (;;) {
    const run = await client.classifyRuns.retrieve(id);
    if (run.status !== 'PENDING' && run.status !== 'PROCESSING') return run;
    await delay(200);
  }
}

async function longestPause(): Promise<number> {
  return Number(await readFile(join(standalone.directory, 'longest-pause'), 'utf8'));
}
