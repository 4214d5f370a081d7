import { Readable } from 'node:stream';
import { createObjectStore, type ObjectStoreConfig } from '../../src/storage/create-store.ts';
import { watchResidentMemory } from '../support/memory-of-child.ts';

// Puts a stream of 100 MB and prints by how many bytes the resident memory grew at most.
const [, , json = '{}'] = process.argv;
const config: ObjectStoreConfig = JSON.parse(json);
const store = createObjectStore(config);
await store.check();
await store.put('warm-up', Readable.from(chunks(20)));

const growth = watchResidentMemory();
await store.put('large', Readable.from(chunks(100)));
console.log(growth());
await store.delete('large');

function* chunks(megabytes: number): Generator<Buffer> {
  for (let sent = 0; sent < megabytes * 20; sent++) yield Buffer.alloc(50_000, sent);
}
