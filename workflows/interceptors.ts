import { defaultPayloadConverter, workflowInfo, type Headers, type WorkflowInterceptors } from '@temporalio/workflow';
import { requestIdHeader, requestOfMemo } from '../src/domain/request-id.ts';

/**
 * Passes the request id of an execution on to its activities and children, so that every log line has it. A run that
 * continues as new keeps its memo by itself.
 */
export function interceptors(): WorkflowInterceptors {
  return {
    outbound: [
      {
        scheduleActivity: (input, next) => next({ ...input, headers: withRequest(input.headers) }),
        scheduleLocalActivity: (input, next) => next({ ...input, headers: withRequest(input.headers) }),
        startChildWorkflowExecution(input, next) {
          const { options } = input;
          const memo = { ...request(), ...options.memo };
          return next(Object.keys(memo).length === 0 ? input : { ...input, options: { ...options, memo } });
        },
        getLogAttributes: (attributes, next) => next({ ...attributes, ...request() }),
      },
    ],
  };
}

function request(): { readonly requestId?: string } {
  return requestOfMemo(workflowInfo().memo);
}

function withRequest(headers: Headers): Headers {
  const { requestId } = request();
  if (requestId === undefined) return headers;
  return { ...headers, [requestIdHeader]: defaultPayloadConverter.toPayload(requestId) };
}
