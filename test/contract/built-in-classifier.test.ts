import { pino } from 'pino';
import { afterAll } from 'vitest';
import { createOcrPool } from '../../src/classifier/built-in/ocr-pool.ts';
import { createScoringPool } from '../../src/classifier/built-in/scoring-pool.ts';
import { describePageClassifier } from './page-classifier.contract.ts';

const logger = pino({ level: 'silent' });
const ocr = createOcrPool({ logger, processes: 1 });
const classifier = createScoringPool({ ocr, logger, processes: 1 });

afterAll(async () => {
  await classifier[Symbol.asyncDispose]();
  await ocr[Symbol.asyncDispose]();
});

describePageClassifier('the built-in classifier', { classifier: () => classifier, isDeterministic: true });
