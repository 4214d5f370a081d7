import { fileURLToPath } from 'node:url';

/** What is bundled for the queue of workflows. */
export const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/** Bundled with it, wherever that is done. */
export const workflowModules = [fileURLToPath(new URL('../workflows/interceptors.ts', import.meta.url))];
