import { accountKinds } from './accounts.ts';
import { achievementKinds } from './achievement.ts';
import { correspondenceKinds } from './correspondence.ts';
import { courtKinds } from './court.ts';
import { formKinds } from './forms.ts';
import { healthPaymentKinds, healthKinds } from './health.ts';
import { householdKinds } from './household.ts';
import { identityKinds } from './identity.ts';
import type { Kind } from './kind.ts';
import { knowledgeKinds } from './knowledge.ts';
import { legalKinds } from './legal.ts';
import { moneyKinds } from './money.ts';
import { officialKinds } from './official.ts';
import { orderKinds } from './orders.ts';
import { paymentKinds } from './payments.ts';
import { peopleKinds } from './people.ts';
import { pressKinds } from './press.ts';
import { shippingKinds } from './shipping.ts';
import { technicalKinds } from './technical.ts';
import { tradeKinds } from './trade.ts';
import { travelKinds } from './travel.ts';

/** Every kind of document that the classifier knows beforehand. */
export const allKinds: readonly Kind[] = [
  ...tradeKinds,
  ...orderKinds,
  ...shippingKinds,
  ...moneyKinds,
  ...accountKinds,
  ...paymentKinds,
  ...identityKinds,
  ...achievementKinds,
  ...officialKinds,
  ...legalKinds,
  ...courtKinds,
  ...correspondenceKinds,
  ...peopleKinds,
  ...formKinds,
  ...knowledgeKinds,
  ...technicalKinds,
  ...pressKinds,
  ...travelKinds,
  ...householdKinds,
  ...healthKinds,
  ...healthPaymentKinds,
];
