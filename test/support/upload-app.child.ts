import { createObjectStore } from '../../src/storage/create-store.ts';
import { watchResidentMemory } from './memory-of-child.ts';
import { startUploadApp } from './upload-app.ts';

// Serves uploads in a process of its own. The parent asks for `watch` and then for the `growth` since.
let growth = (): number => 0;
const [, , json = '{}'] = process.argv;
const store = createObjectStore(JSON.parse(json));
await store.check();
const app = await startUploadApp(store, { maxFileBytes: 500_000_000 });
process.on('message', (message) => {
  if (message === 'watch') growth = watchResidentMemory();
  process.send?.(growth());
});
process.once('disconnect', () => process.exit());
process.send?.(app.port);
