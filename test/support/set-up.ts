import { afterEach } from 'vitest';
import { takeViolations } from './answer-checks.ts';
import './quiet-temporal.ts';

// Set-up of each file that uses the servers; what it imports is evaluated once in each process.
afterEach(() => {
  const found = takeViolations();
  if (found.length > 0) throw new Error(`Answers that the OpenAPI document does not know:\n${found.join('\n')}`);
});
