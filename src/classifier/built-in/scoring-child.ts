/** The process that judges pages by their words. It is given one page at a time, and may be killed at any time. */
import { serveJobs } from '../../process-pool/child-host.ts';
import type { PageClassificationRequest } from '../page-classifier.ts';
import { createBuiltInClassifier } from './built-in-classifier.ts';
import { scoringReply, type Need, type ScoringJob, type ScoringReply } from './scoring-messages.ts';

/** Ends a job that cannot be answered with what it came with. */
class Missing extends Error {
  override readonly name = 'Missing';
  readonly what: Need;

  constructor(what: Need) {
    super(`the job came without its ${what}`);
    this.what = what;
  }
}

const { signal } = new AbortController();

serveJobs<ScoringJob, never, ScoringReply>(async (job) => {
  const ocr = { recognise: async () => job.read ?? { text: '', spans: [] } };
  try {
    const answer = await createBuiltInClassifier({ ocr }).classifyPage(toRequest(job));
    return scoringReply.parse({ answer });
  } catch (error) {
    if (error instanceof Missing) return { needs: error.what };
    throw error;
  }
});

function toRequest({ page, layer, read, neighbours, ...rest }: ScoringJob): PageClassificationRequest {
  return {
    ...rest,
    signal,
    page: {
      ...page,
      text: async () => layer,
      image: async () => {
        if (read === undefined) throw new Missing('image');
        // The parent has read the image; here it only says whether there is one.
        return read === null ? undefined : new Uint8Array();
      },
      neighbours: async () => {
        if (neighbours === undefined) throw new Missing('neighbours');
        return neighbours;
      },
    },
  };
}
