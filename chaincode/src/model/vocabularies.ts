import { elementType } from './records/asset.js';

/** The vocabularies that clients choose from. Records take any term of the right form: a vocabulary may grow without a new contract. */
export interface Term {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
}

const term = (id: string, zh: string, en: string): Term => ({ id, zh, en });

export const themes: readonly Term[] = [
  term('population', '人口', 'Population'),
  term('legal-entities', '法人单位', 'Legal entities'),
  term('natural-resources', '自然资源与空间地理', 'Natural resources and geography'),
  term('economy', '宏观经济', 'Economy'),
  term('credit', '社会信用', 'Social credit'),
  term('certificates', '电子证照', 'Electronic certificates'),
  term('social-security', '社会保障', 'Social security'),
  term('employment', '就业', 'Employment'),
  term('health', '卫生健康', 'Health'),
  term('education', '教育', 'Education'),
  term('housing', '住房与城乡建设', 'Housing and construction'),
  term('real-estate', '不动产', 'Real estate'),
  term('transport', '交通运输', 'Transport'),
  term('taxation', '税务', 'Taxation'),
  term('finance', '财政金融', 'Finance'),
  term('market-supervision', '市场监管', 'Market supervision'),
  term('public-safety', '公共安全', 'Public safety'),
  term('justice', '司法', 'Justice'),
  term('emergency', '应急管理', 'Emergency management'),
  term('environment', '生态环境', 'Environment'),
  term('agriculture', '农业农村', 'Agriculture'),
  term('culture-tourism', '文化旅游', 'Culture and tourism'),
  term('technology', '科技', 'Science and technology'),
  term('government', '政务运行', 'Government operations'),
];

/** W3C Data Privacy Vocabulary, purposes. */
export const purposes: readonly Term[] = [
  term('dpv:IdentityVerification', '身份核验', 'Identity verification'),
  term('dpv:ServiceProvision', '提供服务', 'Service provision'),
  term('dpv:PublicBenefit', '公共利益', 'Public benefit'),
  term('dpv:FraudPreventionAndDetection', '防范和发现欺诈', 'Fraud prevention and detection'),
  term('dpv:ResearchAndDevelopment', '研究与开发', 'Research and development'),
  term('dpv:Verification', '核验', 'Verification'),
  term('dpv:LegalCompliance', '履行法定义务', 'Legal compliance'),
  term('dpv:RecordManagement', '档案管理', 'Record management'),
  term('dpv:EnforceSecurity', '安全保障', 'Enforce security'),
  term('dpv:ServiceOptimisation', '服务优化', 'Service optimisation'),
];

const elementTypeNames: Record<(typeof elementType.options)[number], readonly [zh: string, en: string]> = {
  string: ['字符', 'Text'],
  integer: ['整数', 'Integer'],
  number: ['数值', 'Number'],
  boolean: ['布尔', 'Boolean'],
  date: ['日期', 'Date'],
  datetime: ['日期时间', 'Date and time'],
  time: ['时间', 'Time'],
  code: ['代码', 'Code'],
  geometry: ['几何', 'Geometry'],
  binary: ['二进制', 'Binary'],
  object: ['对象', 'Object'],
};
export const elementTypes: readonly Term[] = elementType.options.map((id) => term(id, ...elementTypeNames[id]));
