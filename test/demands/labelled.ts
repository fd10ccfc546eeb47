import type { Wish } from '@drl/gateway/demands/likeness';

/**
 * Demands for data of the demonstration's catalogue, written as a clerk would who does not know it, and the asset that answers each. Several share an
 * element with a dozen assets, and words with the wrong ones: that is what tells good ranking from luck.
 */
const zh = (text: string) => ({ zh: text });
const en = (text: string) => ({ en: text });

export const labelled: readonly (readonly [answer: string, wish: Wish])[] = [
  [
    'population',
    {
      want: zh('核对办事群众的姓名、出生日期和户籍地址'),
      elements: [{ name: '姓名' }, { name: '出生日期' }, { name: '户籍所在区' }],
      theme: 'population',
    },
  ],
  [
    'population',
    {
      want: en('Check name and date of birth of residents who apply for a service'),
      elements: [{ name: 'name' }, { name: 'birthDate', type: 'date' }],
    },
  ],
  [
    'residence-permits',
    {
      want: zh('外来务工人员子女入学资格审核，需要知道家长是否持有有效居住证'),
      elements: [{ name: '居住证编号' }, { name: '有效期至', type: 'date' }],
    },
  ],
  [
    'household-changes',
    {
      want: zh('每月获取迁入迁出和死亡人员名单，用于停发待遇'),
      elements: [{ name: 'personCode', dataElementId: 'de-person-code' }, { name: '变动类型' }],
    },
  ],
  [
    'population-statistics',
    { want: zh('各区分年龄段的人口数量，用于规划养老床位'), elements: [{ name: '年龄段' }, { name: '人数', type: 'integer' }] },
  ],
  ['insurance-participation', { want: zh('查询申请人是否正常缴纳社保'), elements: [{ name: '参保状态' }, { name: '缴费至' }] }],
  [
    'insurance-participation',
    { want: en('Whether an applicant takes part in social insurance, and since when'), theme: 'social-security' },
  ],
  ['pension-payments', { want: zh('核实低保申请家庭的养老金收入'), elements: [{ name: '发放金额', type: 'number' }] }],
  ['unemployment-benefits', { want: zh('失业人员领取失业金情况，用于就业帮扶') }],
  ['employers', { want: zh('招投标前查验投标企业有无社保欠费'), elements: [{ name: 'uscc' }, { name: '是否欠费', type: 'boolean' }] }],
  ['property-rights', { want: zh('公租房申请家庭名下房产情况核查'), elements: [{ name: '权利人' }, { name: '建筑面积' }] }],
  [
    'property-rights',
    { want: en('Real property that an applicant owns, with district and floor area'), elements: [{ name: 'area', type: 'number' }] },
  ],
  ['mortgages', { want: zh('了解不动产是否已经抵押'), elements: [{ name: '抵押权人' }] }],
  ['property-seizures', { want: zh('过户前核查房屋是否被法院查封') }],
  ['property-statistics', { want: zh('全市各区住房套数和面积统计'), elements: [{ name: '套数' }] }],
  [
    'enterprises',
    { want: zh('按统一社会信用代码查询企业名称、注册资本和登记状态'), elements: [{ name: '统一社会信用代码' }, { name: '注册资本' }] },
  ],
  ['enterprise-changes', { want: en('Enterprises that have closed or changed, every week'), elements: [{ name: 'changedOn' }] }],
  ['penalties', { want: zh('企业受到行政处罚的记录，用于信用评价'), elements: [{ name: 'uscc' }, { name: '罚款金额' }], theme: 'credit' }],
  ['food-licences', { want: zh('外卖平台商户的食品经营许可证核验'), elements: [{ name: '许可证编号' }, { name: '有效期至' }] }],
  ['taxpayers', { want: en('Which office is in charge of a registered taxpayer'), elements: [{ name: '主管税务机关' }] }],
  ['tax-credit', { want: zh('纳税信用A级企业名单'), elements: [{ name: '等级' }] }],
  ['invoices', { want: zh('分行业按月的开票金额，用于经济运行分析') }],
  [
    'bus-stops',
    { want: en('Location of bus stops and the lines that call there'), elements: [{ name: 'longitude' }, { name: 'latitude' }] },
  ],
  ['bus-positions', { want: zh('公交车实时到站预测需要车辆位置') }],
  ['taxi-licences', { want: zh('网约车司机从业资格核验'), elements: [{ name: '证件编号' }] }],
  ['freight-permits', { want: zh('货运车辆通行证办理时核验道路运输许可'), elements: [{ name: '许可证号' }] }],
  ['traffic-counts', { want: zh('早晚高峰主要路口的车流量'), elements: [{ name: '车流量', type: 'integer' }] }],
  ['birth-certificates', { want: zh('新生儿落户时核验出生证明'), elements: [{ name: '证明编号' }, { name: '新生儿姓名' }] }],
  ['death-certificates', { want: zh('死亡人员信息，用于注销证照'), elements: [{ name: '死亡日期' }] }],
  ['hospitals', { want: en('Hospitals by district with the number of beds'), elements: [{ name: 'beds' }] }],
  ['vaccinations', { want: zh('入学时查验儿童疫苗接种是否完成') }],
  ['school-enrolment', { want: zh('学生在读学校和年级，用于发放助学金'), elements: [{ name: '学校' }, { name: '年级' }] }],
  ['teacher-certificates', { want: zh('核验培训机构教师是否具备教师资格证') }],
  ['fund-accounts', { want: zh('贷款审批前查询公积金缴存状态'), elements: [{ name: '缴存状态' }] }],
  ['fund-loans', { want: zh('房屋过户时查询是否有未结清的公积金贷款'), elements: [{ name: '不动产单元号' }] }],
  ['service-items', { want: zh('政务大厅可以办理哪些事项、承诺几天办结'), elements: [{ name: '事项编码' }, { name: '承诺时限' }] }],
];

/** What no asset of the catalogue has. */
export const absent: readonly Wish[] = [
  { want: zh('卫星遥感影像'), elements: [{ name: 'raster', type: 'binary' }] },
  { want: zh('高校毕业生就业去向'), elements: [{ name: '毕业院校' }, { name: '就业去向' }] },
  { want: en('Air quality readings by station'), elements: [{ name: 'pm25', type: 'number' }], theme: 'environment' },
  { want: zh('犬只登记与狂犬疫苗记录'), elements: [{ name: '犬只编号' }] },
  { want: en('Court judgments against persons who do not pay'), theme: 'justice' },
];

/** The same need as that of `labelled` at the place, filed by another department in other words. */
export const rephrased: readonly (readonly [place: number, wish: Wish])[] = [
  [
    0,
    {
      want: zh('窗口受理时核实申请人姓名、出生日期与户籍所在地'),
      elements: [
        { name: 'name', title: zh('姓名') },
        { name: 'birthDate', title: zh('出生日期') },
      ],
      theme: 'population',
    },
  ],
  [2, { want: zh('随迁子女积分入学，查验父母居住证是否有效'), elements: [{ name: '居住证编号' }, { name: '有效期至' }] }],
  [3, { want: zh('死亡及迁出人员变动名单，停发高龄津贴'), elements: [{ name: '变动类型', type: 'code' }] }],
  [4, { want: zh('按区、按年龄段统计人口，布局托育机构'), elements: [{ name: '年龄段' }, { name: '人数' }] }],
  [9, { want: zh('政府采购供应商是否拖欠社保费'), elements: [{ name: 'uscc' }, { name: '是否欠费' }] }],
  [10, { want: zh('人才住房补贴审核，查询申请人名下房产'), elements: [{ name: '权利人' }] }],
  [13, { want: zh('变更登记前确认房屋有无法院查封') }],
  [17, { want: zh('对企业作信用评价，调取行政处罚决定'), elements: [{ name: 'uscc' }, { name: '处罚类别' }], theme: 'credit' }],
  [22, { want: en('Bus stops on a map, with their lines'), elements: [{ name: 'longitude' }, { name: 'latitude' }] }],
  [26, { want: zh('主要路口高峰时段车流量'), elements: [{ name: '车流量' }] }],
  [28, { want: zh('已死亡人员名单，用于证照注销'), elements: [{ name: '死亡日期', type: 'date' }] }],
  [29, { want: en('Number of hospital beds in each district'), elements: [{ name: 'beds', type: 'integer' }] }],
  [33, { want: zh('公积金缴存状态核验，用于租房补贴'), elements: [{ name: '缴存状态' }] }],
];
