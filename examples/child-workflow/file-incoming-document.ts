import { ApplicationFailure, ChildWorkflowFailure, executeChild, workflowInfo } from '@temporalio/workflow';
import type { ClassifyDocumentInput, ClassifyDocumentResult } from '../../src/domain/contract.ts';

export interface IncomingDocument {
  readonly url: string;
  readonly fileName: string;
}

export interface FiledDocument {
  readonly folder: string;
  readonly needsReview: boolean;
}

/**
 * A workflow of somebody else that has a document classified on its way. All it needs to know of Pigeonhole are a
 * name, a task queue and one JSON object in and out; in Go, Java or Python it looks the same.
 */
export async function fileIncomingDocument({ url, fileName }: IncomingDocument): Promise<FiledDocument> {
  const input: ClassifyDocumentInput = {
    source: { kind: 'url', url },
    fileName,
    categories: [{ name: 'invoice' }, { name: 'contract' }, { name: 'resume' }],
  };
  try {
    const { classification, confidence } = await executeChild<(given: typeof input) => Promise<ClassifyDocumentResult>>(
      'classifyDocument',
      { taskQueue: 'document-classification', workflowId: `${workflowInfo().workflowId}-classify`, args: [input] },
    );
    return { folder: classification, needsReview: confidence < 0.8 };
  } catch (error) {
    // The failure's type is one of the codes of docs/errors.md, its message a sentence for people.
    const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
    if (cause instanceof ApplicationFailure && cause.type === 'document_encrypted') {
      return { folder: 'locked', needsReview: true };
    }
    throw error;
  }
}
