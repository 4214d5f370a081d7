import type { GuardedPost } from '../src/net/guarded-post.ts';
import type { AttemptOutcome } from '../src/records/webhooks/delivery-attempts.ts';

/** The log of delivery attempts. */
export interface DeliveryLog {
  /** Called before each write: a log must not bring back parts of a deleted subject. */
  isStillThere(): Promise<boolean>;
  /** Writing the same outcome again changes nothing. */
  log(outcome: AttemptOutcome): Promise<void>;
}

/** One attempt's signed request, and the log for its outcome. */
export interface PreparedDelivery extends DeliveryLog {
  readonly url: string;
  /** The name of the URL's field in error sentences. */
  readonly field: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sentAt: Date;
  readonly post: GuardedPost;
}
