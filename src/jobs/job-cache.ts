import { LRUCache } from 'lru-cache';
import type { Job } from '../domain/job.ts';

/** What another API process deleted is not read here for longer than this. */
const cacheMs = 60_000;
/**
 * Of the job, of the text that is answered (http/unsiloed/send-job.ts), and of what V8 adds: a character of either
 * takes two bytes at most.
 */
const bytesPerCharacter = 4;

/**
 * Finished jobs that are read often, bounded by what they take in memory: the result of 1,000 pages takes a thousand
 * times that of one.
 */
export function createJobCache(maxBytes: number): LRUCache<string, Job> {
  return new LRUCache<string, Job>({ maxSize: maxBytes, sizeCalculation: bytesOf, ttl: cacheMs });
}

function bytesOf(job: Job): number {
  return bytesPerCharacter * JSON.stringify(job).length;
}
