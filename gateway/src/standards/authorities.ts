/** Authority tables of the EU Publications Office that DCAT-AP 3.0.0 asks for (section 11, controlled vocabularies), as far as our fields speak of them. */
const AUTHORITY = 'http://publications.europa.eu/resource/authority/';

export const accessRightScheme = `${AUTHORITY}access-right`;
export const frequencyScheme = `${AUTHORITY}frequency`;
export const dataThemeScheme = `${AUTHORITY}data-theme`;

/** ISO 8601 durations, and `realtime`, that the frequency table has a code for; any other is OTHER, with our own term beside it. */
const frequencies: Readonly<Record<string, string>> = {
  realtime: 'UPDATE_CONT',
  PT1H: 'HOURLY',
  P1D: 'DAILY',
  P1W: 'WEEKLY',
  P7D: 'WEEKLY',
  P2W: 'BIWEEKLY',
  P14D: 'BIWEEKLY',
  P1M: 'MONTHLY',
  P2M: 'BIMONTHLY',
  P3M: 'QUARTERLY',
  P4M: 'ANNUAL_3',
  P6M: 'ANNUAL_2',
  P1Y: 'ANNUAL',
  P12M: 'ANNUAL',
  P2Y: 'BIENNIAL',
  P3Y: 'TRIENNIAL',
};
export const frequencyIri = (period: string): string => `${frequencyScheme}/${frequencies[period] ?? 'OTHER'}`;

/** PUBLIC: anyone; RESTRICTED: under conditions, here those of sharing between departments; NON_PUBLIC: shared with nobody. */
export function accessRightIri({ shareType, openToPublic }: { shareType: string; openToPublic?: boolean | undefined }): string {
  const code = shareType === 'none' ? 'NON_PUBLIC' : openToPublic ? 'PUBLIC' : 'RESTRICTED';
  return `${accessRightScheme}/${code}`;
}

const dataThemes: Readonly<Record<string, string>> = {
  AGRI: 'Agriculture, fisheries, forestry and food',
  ECON: 'Economy and finance',
  EDUC: 'Education, culture and sport',
  ENER: 'Energy',
  ENVI: 'Environment',
  GOVE: 'Government and public sector',
  HEAL: 'Health',
  INTR: 'International issues',
  JUST: 'Justice, legal system and public safety',
  REGI: 'Regions and cities',
  SOCI: 'Population and society',
  TECH: 'Science and technology',
  TRAN: 'Transport',
};

/** Our theme → the nearest of the EU's thirteen. */
const nearest: Readonly<Record<string, string>> = {
  population: 'SOCI',
  'legal-entities': 'ECON',
  'natural-resources': 'ENVI',
  economy: 'ECON',
  credit: 'ECON',
  certificates: 'GOVE',
  'social-security': 'SOCI',
  employment: 'SOCI',
  health: 'HEAL',
  education: 'EDUC',
  housing: 'REGI',
  'real-estate': 'REGI',
  transport: 'TRAN',
  taxation: 'ECON',
  finance: 'ECON',
  'market-supervision': 'ECON',
  'public-safety': 'JUST',
  justice: 'JUST',
  emergency: 'JUST',
  environment: 'ENVI',
  agriculture: 'AGRI',
  'culture-tourism': 'EDUC',
  technology: 'TECH',
  government: 'GOVE',
  energy: 'ENER',
  international: 'INTR',
  regions: 'REGI',
};

export function dataTheme(theme: string): { readonly iri: string; readonly label: string } | undefined {
  const code = nearest[theme];
  return code === undefined ? undefined : { iri: `${dataThemeScheme}/${code}`, label: dataThemes[code] as string };
}
