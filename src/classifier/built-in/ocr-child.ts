/** The process that reads page images. It is given one image at a time, and may be killed at any time. */
import type { PlacedText } from '../../domain/page.ts';
import { serveJobs } from '../../process-pool/child-host.ts';
import type { OcrJob } from './ocr-messages.ts';
import { loadOcrModels } from './ocr/ocr-models.ts';
import { readPage } from './ocr/read-page.ts';

const models = await loadOcrModels();

serveJobs<OcrJob, never, PlacedText>(({ image, places }) => readPage(models, image, places));
