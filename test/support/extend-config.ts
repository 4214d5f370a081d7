import type { Extend } from 'extend-ai';

/** An invoice, or none. */
export const invoiceOrOther = {
  classifications: [
    { id: 'inv', type: 'invoice', description: 'a bill with amounts due' },
    { id: 'oth', type: 'other', description: 'Any other document type' },
  ],
} satisfies Extend.ClassifyConfig;

/** As Extend's SDK sends times, and we do. */
export const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export const invoiceText = 'INVOICE\nInvoice number 42\nBill to: Acme\nAmount due: $ 120.00\nPayment terms: 30 days\n';
