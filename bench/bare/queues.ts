/** The bare application uses the first alone; the others are for asking what three task queues cost. */
export const bareQueues = { workflow: 'bare', first: 'bare-first', parallel: 'bare-parallel' } as const;
