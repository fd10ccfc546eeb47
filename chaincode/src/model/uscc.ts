/** GB 32100-2015, unified social credit code: 17 characters and a check character, modulo 31 with the powers of 3 as weights. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

export function isUscc(code: string): boolean {
  if (code.length !== 18) return false;
  let sum = 0;
  let weight = 1;
  for (const character of code.slice(0, 17)) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return false;
    sum += value * weight;
    weight = (weight * 3) % 31;
  }
  return ALPHABET[(31 - (sum % 31)) % 31] === code[17];
}
