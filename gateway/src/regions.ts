import type { Term } from '@drl/chaincode/model/vocabularies';

/**
 * GB/T 2260 codes at province level, and the demonstration's own city. A department's region may be any code of that form: this is the list to choose
 * from where a client has none of its own, not a check.
 */
export const regions: readonly Term[] = [
  { id: '110000', zh: '北京市', en: 'Beijing' },
  { id: '120000', zh: '天津市', en: 'Tianjin' },
  { id: '130000', zh: '河北省', en: 'Hebei' },
  { id: '140000', zh: '山西省', en: 'Shanxi' },
  { id: '150000', zh: '内蒙古自治区', en: 'Inner Mongolia' },
  { id: '210000', zh: '辽宁省', en: 'Liaoning' },
  { id: '220000', zh: '吉林省', en: 'Jilin' },
  { id: '230000', zh: '黑龙江省', en: 'Heilongjiang' },
  { id: '310000', zh: '上海市', en: 'Shanghai' },
  { id: '320000', zh: '江苏省', en: 'Jiangsu' },
  { id: '330000', zh: '浙江省', en: 'Zhejiang' },
  { id: '330100', zh: '杭州市', en: 'Hangzhou' },
  { id: '340000', zh: '安徽省', en: 'Anhui' },
  { id: '350000', zh: '福建省', en: 'Fujian' },
  { id: '360000', zh: '江西省', en: 'Jiangxi' },
  { id: '370000', zh: '山东省', en: 'Shandong' },
  { id: '410000', zh: '河南省', en: 'Henan' },
  { id: '420000', zh: '湖北省', en: 'Hubei' },
  { id: '430000', zh: '湖南省', en: 'Hunan' },
  { id: '440000', zh: '广东省', en: 'Guangdong' },
  { id: '450000', zh: '广西壮族自治区', en: 'Guangxi' },
  { id: '460000', zh: '海南省', en: 'Hainan' },
  { id: '500000', zh: '重庆市', en: 'Chongqing' },
  { id: '510000', zh: '四川省', en: 'Sichuan' },
  { id: '520000', zh: '贵州省', en: 'Guizhou' },
  { id: '530000', zh: '云南省', en: 'Yunnan' },
  { id: '540000', zh: '西藏自治区', en: 'Tibet' },
  { id: '610000', zh: '陕西省', en: 'Shaanxi' },
  { id: '620000', zh: '甘肃省', en: 'Gansu' },
  { id: '630000', zh: '青海省', en: 'Qinghai' },
  { id: '640000', zh: '宁夏回族自治区', en: 'Ningxia' },
  { id: '650000', zh: '新疆维吾尔自治区', en: 'Xinjiang' },
  { id: '710000', zh: '台湾省', en: 'Taiwan' },
  { id: '810000', zh: '香港特别行政区', en: 'Hong Kong' },
  { id: '820000', zh: '澳门特别行政区', en: 'Macao' },
];
