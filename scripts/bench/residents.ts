const FAMILIES = [...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨'];
const GIVEN = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英'];
/** A CSV of residents that nobody is: as many as asked for, always the same. */
export function residents(count: number): Buffer {
  const rows = Array.from({ length: count }, (_, i) => {
    const at = (n: number, of: readonly string[]) => of[Math.floor(i / n) % of.length] as string;
    const name = `${at(1, FAMILIES)}${at(3, GIVEN)}${at(7, GIVEN)}`;
    return [
      `R${String(700_001 + 37 * i)}`,
      name,
      `${at(11, ['东', '西', '南', '北'])}街${1 + ((i * 13) % 240)}号`,
      `19${40 + (i % 60)}-0${1 + (i % 9)}-1${i % 10}`,
      at(2, ['男', '女']),
    ].join(',');
  });
  return Buffer.from(`code,name,street,born,sex\n${rows.join('\n')}\n`);
}
