import type { GuardedPost } from '../src/net/guarded-post.ts';
import type { AttemptOutcome } from '../src/webhook/delivery-attempts.ts';

/** What one attempt sends, signed for this attempt, and where its outcome is written. */
export interface PreparedDelivery {
  readonly url: string;
  /** What sentences call the URL. */
  readonly field: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sentAt: Date;
  readonly post: GuardedPost;
  /** Asked before anything is written: a log must not bring back a part of what was deleted meanwhile. */
  isStillThere(): Promise<boolean>;
  log(outcome: AttemptOutcome): Promise<void>;
}
