/** The process that judges pages by their words. It is given one page at a time, and may be killed at any time. */
import { isDeepStrictEqual } from 'node:util';
import { serveJobs } from '../../process-pool/child-host.ts';
import type { PageClassificationRequest } from '../page-classifier.ts';
import { createBuiltInClassifier } from './built-in-classifier.ts';
import type { OcrEngine } from './ocr-engine.ts';
import { scoringReply, type Need, type ScoringJob, type ScoringReply } from './scoring-messages.ts';

/** Ends a job that cannot be answered with what it came with. */
class Missing extends Error {
  override readonly name = 'Missing';
  readonly what: Need;

  constructor(what: Need) {
    super('the job came without all that it needs');
    this.what = what;
  }
}

const { signal } = new AbortController();

serveJobs<ScoringJob, never, ScoringReply>(async (job) => {
  const ocr: OcrEngine = {
    async recognise(_image, _signal, places = {}) {
      const known = job.reads.find((read) => isDeepStrictEqual(read.places, places));
      if (!known) throw new Missing({ places });
      return known.text;
    },
  };
  try {
    const answer = await createBuiltInClassifier({ ocr }).classifyPage(toRequest(job));
    return scoringReply.parse({ answer });
  } catch (error) {
    if (error instanceof Missing) return { needs: error.what };
    throw error;
  }
});

function toRequest({ page, layer, hasImage, neighbours, ...rest }: ScoringJob): PageClassificationRequest {
  return {
    ...rest,
    signal,
    page: {
      ...page,
      text: async () => layer,
      // The parent has the image, and reads it; here it only stands for itself.
      image: async () => (hasImage === false ? undefined : new Uint8Array()),
      neighbours: async () => {
        if (neighbours === undefined) throw new Missing('neighbours');
        return neighbours;
      },
    },
  };
}
