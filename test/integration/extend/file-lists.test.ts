import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extendClient, extendErrorOf } from '../../support/extend-client.ts';
import { startService, type TestService } from '../../support/service.ts';

let service: TestService;
let paged: ReturnType<typeof extendClient>;

beforeAll(async () => {
  service = await startService({ API_KEYS: 'acme:acme-key' });
  paged = extendClient(service.url, 'acme-key');
});
afterAll(() => service[Symbol.asyncDispose]());

const text = (content: string, name: string) => new File([content], name);

describe('a list of files', () => {
  test('goes through all of them once, in either order, and by name', async () => {
    const names = ['a-1.txt', 'b-1.txt', 'a-2.txt', 'b-2.txt', 'a-3.txt'];
    for (const name of names) await paged.files.upload(text(name, name), {});

    expect(await allNames({})).toEqual(names.toReversed());
    expect(await allNames({ sortDir: 'asc' })).toEqual(names);
    expect(await allNames({ nameContains: 'a-' })).toEqual(['a-3.txt', 'a-2.txt', 'a-1.txt']);
    expect(await allNames({ nameContains: 'A-2.TXT' })).toEqual(['a-2.txt']);
    expect(await allNames({ nameContains: 'nowhere' })).toEqual([]);
  });

  test('refuses what is no page of it', async () => {
    const asc = await paged.files.list({ maxPageSize: 1, sortDir: 'asc' });
    const errors = [
      extendErrorOf(paged.files.list({ nextPageToken: asc.nextPageToken ?? '', sortDir: 'desc' })),
      extendErrorOf(paged.files.list({ nextPageToken: 'nonsense' })),
      extendErrorOf(paged.files.list({ maxPageSize: 0 })),
      extendErrorOf(paged.files.list({ maxPageSize: 101 })),
    ];

    for (const error of await Promise.all(errors))
      expect(error).toMatchObject({ status: 400, name: 'BadRequestError' });
  });

  async function allNames(filter: { readonly sortDir?: 'asc' | 'desc'; readonly nameContains?: string }) {
    const names: string[] = [];
    let nextPageToken: string | undefined;
    do {
      const page = await paged.files.list({ ...filter, maxPageSize: 2, ...(nextPageToken && { nextPageToken }) });
      names.push(...page.data.map(({ name }) => name));
      nextPageToken = page.nextPageToken;
    } while (nextPageToken !== undefined);
    return names;
  }
});
