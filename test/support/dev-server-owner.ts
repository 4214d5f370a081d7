import { z } from 'zod';
import { startDevServer } from '../../src/temporal/dev-server.ts';

/** What a test hands over as JSON in the first argument. */
const optionsSchema = z.object({
  executable: z.string(),
  port: z.number(),
  databaseFile: z.string(),
  logFile: z.string(),
  hidden: z.array(z.enum(['ui', 'http'])),
});

/** A process that starts a dev server, says so on stdout, and then waits to be killed. */
const options = optionsSchema.parse(JSON.parse(process.argv[2] ?? ''));
const server = await startDevServer({ ...options, searchAttributes: [] });
process.stdout.write(`${server.pid}\n`);
setInterval(() => undefined, 60_000);
