import type { Kind } from './kind.ts';

/** What health care costs, and who pays. */
export const healthPaymentKinds: readonly Kind[] = [
  {
    id: 'claim_form',
    within: ['form'],
    names: {
      en: 'claim form, insurance claim, health insurance claim form, insurance claim form, medical intake form, patient intake form, patient registration form, medical history form, medical consent form, claim, notice of claim, proof of loss',
      de: 'Schadensmeldung, Schadenanzeige, Anamnesebogen, Patientenfragebogen',
      fr: 'déclaration de sinistre, feuille de soins',
      es: 'parte de accidente, reclamación, declaración de siniestro',
      it: 'denuncia di sinistro',
      pt: 'participação de sinistro',
      nl: 'schadeformulier',
      zh: '理赔申请表',
      ja: '保険金請求書, 問診票',
    },
    telltales: {
      en: 'claim number, claimant, date of loss, policy number, insured’s name, insured’s id number, date of accident, patient’s name, patient’s birth date, diagnosis or nature of illness, provider, assignment of benefits, description of loss, incident date, reason for visit',
      de: 'Schadennummer, Schadentag, Versicherungsnehmer',
    },
    cues: { blanks: 1, shortLabels: 0.7, formNumber: 1 },
  },
  {
    id: 'medical_bill',
    within: ['invoice'],
    names: {
      en: 'medical bill, hospital bill, doctor bill, patient statement, medical invoice, dental bill',
      de: 'Arztrechnung, Krankenhausrechnung, Zahnarztrechnung, Liquidation',
      fr: 'facture d’hôpital, note d’honoraires médicaux',
      es: 'factura médica, factura del hospital',
      it: 'fattura medica, parcella medica',
      nl: 'doktersrekening, ziekenhuisrekening',
      zh: '医疗费用清单, 医院账单',
      ja: '診療費請求書, 医療費明細書',
    },
    telltales: {
      en: 'patient, guarantor, date of service, insurance payment, patient balance, amount you owe, adjustments, charges, hospital, medical center, treatment, insurance paid, cpt, patient account, pay this amount, provider, pharmacy, services rendered, hospital charges, physician, health care, insurance information, financial aid',
      de: 'Patient, GOÄ, Behandlung, Honorar',
      fr: 'patient, actes, remboursement',
      es: 'paciente, hospital',
    },
    cues: { amounts: 0.5 },
  },
  {
    id: 'explanation_of_benefits',
    names: {
      en: 'explanation of benefits, eob, remittance advice, claim summary, summary payment voucher, benefit statement',
      de: 'Leistungsabrechnung, Erstattungsbescheid',
      fr: 'relevé de remboursement, décompte de remboursement',
      es: 'explicación de beneficios',
      it: 'prospetto rimborsi',
      nl: 'vergoedingenoverzicht',
    },
    telltales: {
      en: 'amount billed, allowed amount, plan paid, your responsibility, patient responsibility, copay, coinsurance, deductible, this is not a bill, claim number, provider, date of service, remittance, amount allowed, member, not covered, beneficiary, payment voucher',
      fr: 'base de remboursement, montant remboursé',
    },
    cues: { amounts: 0.3, numbersTable: 0.5 },
  },
];
