import type { ObjectStore } from '../../src/storage/object-store.ts';

type Step = 'put' | 'get' | 'getStream' | 'head' | 'delete' | 'deletePrefix' | 'list';

export interface Hook {
  readonly step: Step;
  readonly when: 'before' | 'after';
  readonly key: RegExp;
  /** How often the step is taken before; 0 when absent. */
  readonly after?: number;
  /** What the rest of the world does at this moment. A throw is a failure of the store. */
  readonly act: () => Promise<void>;
}

/** A store where something happens once, at a certain step: it forces the order of a race. */
export function hookedStore(store: ObjectStore, ...hooks: readonly Hook[]): ObjectStore {
  const pending = new Map(hooks.map((hook) => [hook, hook.after ?? 0]));

  async function meet(step: Step, when: Hook['when'], key: string): Promise<void> {
    const met = [...pending].find(([hook]) => hook.step === step && hook.when === when && hook.key.test(key));
    if (!met) return;
    const [hook, left] = met;
    if (left > 0) return void pending.set(hook, left - 1);
    pending.delete(hook);
    await hook.act();
  }

  async function around<T>(step: Step, key: string, action: () => Promise<T>): Promise<T> {
    await meet(step, 'before', key);
    const result = await action();
    await meet(step, 'after', key);
    return result;
  }

  return {
    ...store,
    put: (key, body, options) => around('put', key, () => store.put(key, body, options)),
    get: (key) => around('get', key, () => store.get(key)),
    getStream: (key) => around('getStream', key, () => store.getStream(key)),
    head: (key) => around('head', key, () => store.head(key)),
    delete: (key) => around('delete', key, () => store.delete(key)),
    deletePrefix: (prefix) => around('deletePrefix', prefix, () => store.deletePrefix(prefix)),
    async *list(prefix, options) {
      await meet('list', 'before', prefix);
      yield* store.list(prefix, options);
      await meet('list', 'after', prefix);
    },
  };
}
