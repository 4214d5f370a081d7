import type { Kind } from './kind.ts';

/** Papers by which people declare their will. */
export const declarationKinds: readonly Kind[] = [
  {
    id: 'power_of_attorney',
    names: {
      en: 'power of attorney, authorization letter, letter of authorization, proxy',
      de: 'Vollmacht, Vorsorgevollmacht',
      fr: 'procuration, mandat',
      es: 'poder notarial, poder',
      it: 'procura, delega',
      pt: 'procuração',
      nl: 'volmacht, machtiging',
      pl: 'pełnomocnictwo',
      sv: 'fullmakt',
      zh: '委托书, 授权书',
      ja: '委任状',
      ru: 'доверенность',
    },
    alsoCalled: { en: 'poa' },
    telltales: {
      en: 'attorney-in-fact, my agent, principal, on my behalf, hereby appoint, hereby authorize, notary public, act in my name',
      de: 'bevollmächtige, Vollmachtgeber, Bevollmächtigter',
      fr: 'donne pouvoir, mandataire',
      es: 'apoderado, otorga poder',
      it: 'delego, delegato',
    },
    cues: { amounts: -1 },
  },
  {
    id: 'will',
    names: {
      en: 'last will, last will and testament, testament, living will, last testament',
      de: 'Testament, letztwillige Verfügung, Patientenverfügung',
      fr: 'testament',
      es: 'testamento',
      it: 'testamento',
      pt: 'testamento',
      nl: 'testament',
      pl: 'testament',
      sv: 'testamente',
      zh: '遗嘱',
      ja: '遺言書',
      ru: 'завещание',
    },
    alsoCalled: { en: 'will, wills' },
    telltales: {
      en: 'bequeath, give and bequeath, executor, my estate, testator, being of sound mind, revoke all former wills, residue, beneficiary, heirs',
      de: 'Erbe, vererbe, Testamentsvollstrecker, letzter Wille',
      fr: 'lègue, légataire, dernières volontés',
      es: 'heredero, lego, albacea',
      it: 'erede, lascio',
    },
    cues: { prose: 0.5, amounts: -1, salutation: -1 },
  },
];
