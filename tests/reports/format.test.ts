import { expect, test } from 'vitest';
import * as format from '../../reports/format.ts';

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ').replaceAll('\u2212', '-');

test.each([
  [0, '0'],
  [1234, '1234'],
  [12_345, '12 345'],
  [-1_234_567, '-1 234 567'],
  [-0.001, '0'],
])('formatNumber(%d)', (value, text) => {
  expect(plain(format.formatNumber(value))).toBe(text);
});

test.each([
  [0, '0'],
  [7, '7'],
  [0.5, '0.50'],
  [999.96, '1.00 k'],
  [45_028_665.7, '45.0 M'],
  [-123_456, '-123 k'],
  [2_500_000_000, '2.50 bn'],
])('formatShort(%d)', (value, text) => {
  expect(plain(format.formatShort(value))).toBe(text);
});

test('money is never rounded to nothing, and exact where asked', () => {
  expect(plain(format.formatMoney(3))).toBe('3 atoms');
  expect(plain(format.formatMoney(0))).toBe('0 USDC');
  expect(plain(format.formatMoney(12_340_000))).toBe('12.3 USDC');
  expect(plain(format.formatAtoms(45_028_665_724_551))).toBe('45 028 665.724551');
  expect(plain(format.formatAtoms(-1))).toBe('-0.000001');
});

test.each([
  [0, '0 %'],
  [1, '100 %'],
  [0.99999, '> 99.9 %'],
  [0.0001, '< 0.1 %'],
  [0.4512, '45.1 %'],
  [1.5, '150.0 %'],
])('formatPercent(%d)', (value, text) => {
  expect(plain(format.formatPercent(value))).toBe(text);
});

test.each([
  [1, '1'],
  [0.9999978, '0.999997'],
  [0.99999999, '0.999999'],
  [0.00000001, '0.000001'],
  [0.87654, '0.8765'],
])('formatRatio(%d)', (value, text) => {
  expect(plain(format.formatRatio(value))).toBe(text);
});

test.each([
  [0, '0 s'],
  [8, '3.2 s'],
  [150, '1 min'],
  [630, '4 min 12 s'],
  [18_750, '2 h 5 min'],
])('formatDuration(%d slots of 400 ms)', (slots, text) => {
  expect(plain(format.formatDuration(slots, 400))).toBe(text);
});

test('formatCount says none, one and many', () => {
  expect([0, 1, 2].map((count) => format.formatCount(count, 'bankruptcy', 'bankruptcies'))).toEqual([
    'no bankruptcies',
    '1 bankruptcy',
    '2 bankruptcies',
  ]);
});

test.each([
  [[1_789_607_764, 1_168_716_816], [1_692_831_519.7], ['1.790 bn', '1.169 bn', '1.693 bn']],
  [[620_890_948], [619_837_137.8], ['620.9 M', '619.8 M']],
  [[106_428, 105_768], [106_164.9], ['106 428', '105 768', '106 165']],
  [[164.96, 163.84], [165.72004], ['164.96', '163.84', '165.72']],
  [[61.7, 59], [61.2], ['61.7', '59.0', '61.2']],
  // Whole figures beside a measured one that is not: enough digits to tell them apart.
  [[20, 5], [20.4], ['20.000', '5.000', '20.400']],
  [[137], [137], ['137', '137']],
  [[788_660], [], ['788 660']],
  [[0, 2_000_000], [1_500_000], ['0.000 M', '2.000 M', '1.500 M']],
  [[0], [], ['0']],
])('published %j beside measured %j', (published, measured, shown) => {
  expect(format.formatAlike(published, measured).map(plain)).toEqual(shown);
});
