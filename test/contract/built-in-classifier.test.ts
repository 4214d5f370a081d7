import { pino } from 'pino';
import { afterAll } from 'vitest';
import { createBuiltInClassifier } from '../../src/classifier/built-in/built-in-classifier.ts';
import { createOcrPool } from '../../src/classifier/built-in/ocr-pool.ts';
import { describePageClassifier } from './page-classifier.contract.ts';

const ocr = createOcrPool({ logger: pino({ level: 'silent' }), processes: 1 });
const classifier = createBuiltInClassifier({ ocr });

afterAll(() => ocr[Symbol.asyncDispose]());

describePageClassifier('the built-in classifier', { classifier: () => classifier, isDeterministic: true });
