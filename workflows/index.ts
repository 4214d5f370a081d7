export { classifyBatch } from './classify-batch.ts';
export { classifyDocument } from './classify-document.ts';
export { deleteExpiredJobs } from './delete-expired-jobs.ts';
export { deliverWebhook } from './deliver-webhook.ts';
