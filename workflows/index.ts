export { classifyDocument } from './classify-document.ts';
export { deliverWebhook } from './deliver-webhook.ts';
