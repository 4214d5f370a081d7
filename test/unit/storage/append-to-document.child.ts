import { createFolderStore } from '../../../src/storage/folder-store.ts';
import { updateJson } from '../../../src/records/json-documents.ts';

// Appends its own name to one document, as often as told.
const [, , directory = '', name = '', times = '0'] = process.argv;
const store = createFolderStore({ directory });
const parse = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
for (let time = 0; time < Number(times); time++) {
  await updateJson(store, 'shared.json', parse, (names = []) => [...names, `${name}-${time}`], { maxAttempts: 500 });
}
