import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The entry of the workflow bundle. */
export const workflowsPath = join(root, 'workflows', 'index.ts');

/** Bundled with it. */
export const workflowModules = [join(root, 'workflows', 'interceptors.ts')];

/** Workflows import by value from these folders only, and from Temporal's SDK, whose version package.json pins. */
const sourceFolders = ['workflows', join('src', 'domain')];

/** Beside the packages, where other tools keep their caches. */
const cacheFolder = join(root, 'node_modules', '.cache', 'pigeonhole');

/**
 * Loads the workflows as one bundle. Bundling takes a second of processor time, so it is cached until a source or the
 * SDK changes. Where nothing can be written, each process bundles anew.
 */
export async function loadWorkflowBundle(): Promise<WorkflowBundleOption> {
  const codePath = join(cacheFolder, `workflows-${await fingerprint()}.js`);
  if (await exists(codePath)) return { codePath };
  const bundle = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: workflowModules,
    logger: new DefaultLogger('WARN'),
  });
  return (await keep(codePath, bundle.code)) ? { codePath } : bundle;
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(root, 'package.json')));
  for (const folder of sourceFolders) {
    for (const name of (await readdir(join(root, folder))).toSorted()) {
      hash.update(`\0${name}\0`).update(await readFile(join(root, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 32);
}

/** Renames the finished file into place: other processes may be reading. */
async function keep(path: string, code: string): Promise<boolean> {
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await mkdir(cacheFolder, { recursive: true });
    await writeFile(unfinished, code);
    await rename(unfinished, path);
    return true;
  } catch {
    // The folder has another owner, or the file system is read-only, as in an image.
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
