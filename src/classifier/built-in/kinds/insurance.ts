import type { Kind } from './kind.ts';

/** Papers of insurers, and promises to make good. */
export const insuranceKinds: readonly Kind[] = [
  {
    id: 'insurance_policy',
    names: {
      en: 'insurance policy, certificate of insurance, policy schedule, insurance certificate, policy declarations, declarations page, insurance policy declaration, insurance contract, insurance',
      de: 'Versicherungsschein, Versicherungspolice, Versicherungsvertrag, Versicherungsbestätigung',
      fr: 'police d’assurance, attestation d’assurance, contrat d’assurance',
      es: 'póliza de seguro, póliza, certificado de seguro',
      it: 'polizza di assicurazione, polizza, certificato di assicurazione',
      pt: 'apólice de seguro, apólice',
      nl: 'verzekeringspolis, polisblad',
      pl: 'polisa ubezpieczeniowa, polisa',
      sv: 'försäkringsbrev',
      zh: '保险单, 保單',
      ja: '保険証券',
      ru: 'страховой полис',
    },
    alsoCalled: { en: 'policy, policies, insurance paper' },
    telltales: {
      en: 'policy number, policyholder, named insured, insured, premium, coverage, coverages, deductible, sum insured, limit of liability, policy period, insurer, underwriter, endorsement, exclusions, new business, total premium, your policy',
      de: 'Versicherungsnehmer, Versicherungssumme, Selbstbeteiligung, Prämie, Versicherungsnummer, Jahresbeitrag, Versicherungsbedingungen',
      fr: 'assuré, assureur, prime, garanties, franchise',
      es: 'asegurado, asegurador, prima, franquicia, cobertura',
      it: 'assicurato, contraente, premio, franchigia',
    },
  },
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
  {
    id: 'warranty',
    names: {
      en: 'warranty, warranty card, guarantee, warranty certificate, limited warranty',
      de: 'Garantie, Garantiekarte, Garantieschein, Garantieurkunde',
      fr: 'garantie, bon de garantie, certificat de garantie',
      es: 'garantía, certificado de garantía',
      it: 'garanzia, certificato di garanzia',
      pt: 'garantia, certificado de garantia',
      nl: 'garantie, garantiebewijs',
      pl: 'gwarancja, karta gwarancyjna',
      zh: '保修卡, 质保书',
      ja: '保証書',
      ru: 'гарантия, гарантийный талон',
    },
    telltales: {
      en: 'warranty period, serial number, date of purchase, defects in material, workmanship, this warranty, repair or replace, purchaser, does not cover',
      de: 'Garantiezeit, Seriennummer, Kaufdatum, Material- oder Herstellungsfehler',
      fr: 'numéro de série, date d’achat, pièces et main d’œuvre',
    },
    cues: { amounts: -1 },
  },
];
