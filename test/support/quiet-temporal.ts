import { DefaultLogger, Runtime } from '@temporalio/worker';

// What the SDK has to say of workers that start and stop, and of failures that tests provoke, would bury a real one.
Runtime.install({
  logger: new DefaultLogger('ERROR', () => undefined),
  telemetryOptions: { logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } } },
});
