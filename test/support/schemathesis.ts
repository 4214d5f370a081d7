import { join } from 'node:path';
import { installPythonEnvironment } from './python-environment.ts';

const version = '4.32.5';

/** The fuzzer's executable. */
export async function installSchemathesis(): Promise<string> {
  const bin = await installPythonEnvironment(`schemathesis-${version}`, [`schemathesis==${version}`]);
  return join(bin, 'schemathesis');
}
