import { AsyncLocalStorage } from 'node:async_hooks';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { isRequestId, requestIdHeader } from '../domain/request-id.ts';

export interface ActivityFields {
  readonly jobId?: string;
  readonly requestId?: string;
}

const running = new AsyncLocalStorage<ActivityFields>();

/**
 * Fields for the lines that are logged while an activity runs: the job that it works for, and the request that the job
 * came with. What renders, reads or fetches for it knows nothing of either, and says so in lines of its own.
 */
export function fieldsOfActivity(): ActivityFields {
  return running.getStore() ?? {};
}

/** Learns those fields of each activity, and puts them into the lines of the SDK about it as well. */
export const learnFieldsOfActivity: ActivityInterceptorsFactory = ({ info }) => {
  let fields: ActivityFields = {};
  return {
    inbound: {
      execute(input, next) {
        const jobId = jobIdOf(input.args[0]) ?? info.workflowExecution?.workflowId;
        fields = { ...(jobId !== undefined && { jobId }), ...requestOf(input.headers) };
        return running.run(fields, () => next(input));
      },
    },
    outbound: { getLogAttributes: (attributes, next) => next({ ...attributes, ...fields }) },
  };
};

/** The job that an activity's input names: that of a delivery is not the execution that delivers. */
function jobIdOf(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  if ('jobId' in input && typeof input.jobId === 'string') return input.jobId;
  return 'event' in input ? subjectOf(input.event) : undefined;
}

function subjectOf(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null || !('subject' in event)) return undefined;
  const { subject } = event;
  if (typeof subject !== 'object' || subject === null || !('kind' in subject) || !('id' in subject)) return undefined;
  return subject.kind !== 'classifier' && typeof subject.id === 'string' ? subject.id : undefined;
}

function requestOf({ [requestIdHeader]: payload }: Headers): Pick<ActivityFields, 'requestId'> {
  if (!payload) return {};
  const requestId = defaultPayloadConverter.fromPayload<unknown>(payload);
  return isRequestId(requestId) ? { requestId } : {};
}
