import type { GuardedPost } from '../src/net/guarded-post.ts';
import type { AttemptOutcome } from '../src/records/webhooks/delivery-attempts.ts';

/** Where the outcome of an attempt is written. */
export interface DeliveryLog {
  /** Asked before anything is written: a log must not bring back a part of what was deleted meanwhile. */
  isStillThere(): Promise<boolean>;
  /** Writing the same outcome again changes nothing. */
  log(outcome: AttemptOutcome): Promise<void>;
}

/** What one attempt sends, signed for this attempt, and where its outcome is written. */
export interface PreparedDelivery extends DeliveryLog {
  readonly url: string;
  /** What sentences call the URL. */
  readonly field: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sentAt: Date;
  readonly post: GuardedPost;
}
