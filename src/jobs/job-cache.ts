import { LRUCache } from 'lru-cache';
import type { Job } from '../domain/job.ts';

/** How long this process may still read what another API process deleted. */
const cacheMs = 60_000;
/**
 * Of the job, of the response text (http/unsiloed/send-job.ts), and of V8's overhead: a character takes at most two
 * bytes in each.
 */
const bytesPerCharacter = 4;

/**
 * Caches finished jobs that are read often, limited by memory: a result of 1,000 pages takes a thousand times that of
 * one.
 */
export function createJobCache(maxBytes: number): LRUCache<string, Job> {
  return new LRUCache<string, Job>({ maxSize: maxBytes, sizeCalculation: bytesOf, ttl: cacheMs });
}

function bytesOf(job: Job): number {
  return bytesPerCharacter * JSON.stringify(job).length;
}
