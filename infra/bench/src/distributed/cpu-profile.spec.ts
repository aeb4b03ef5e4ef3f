import { packageOf, selfTimes } from './cpu-profile.js';

const frame = (functionName: string, url = '') => ({ functionName, url });

describe('the package of a function in a profile', () => {
  it.each([
    ['a library of ours', frame('fold', 'file:///x/libs/lane/dist/lane.js'), 'libs/lane'],
    ['a domain', frame('f', 'file:///x/libs/domain/risk/dist/a.js'), 'libs/domain/risk'],
    ['a service', frame('f', 'file:///x/services/gateway/dist/main.js'), 'services/gateway'],
    [
      'the registry, by the innermost folder',
      frame('f', 'file:///x/node_modules/.pnpm/kafkajs@2.2.4/node_modules/kafkajs/src/a.js'),
      'kafkajs',
    ],
    [
      'the registry, with a scope',
      frame('f', 'file:///x/node_modules/.pnpm/@nestjs+core@12/node_modules/@nestjs/core/a.js'),
      '@nestjs/core',
    ],
    ['Node', frame('onread', 'node:internal/stream_base_commons'), 'node'],
    ['the collector', frame('(garbage collector)'), 'collector'],
    ['a native function named as one of every object', frame('toString'), 'native'],
  ])('is found: %s', (_, callFrame, name) => expect(packageOf(callFrame)).toBe(name));
});

it('self times count only what ran between two moments', () => {
  const nodes = [
    { id: 1, callFrame: frame('a', 'file:///x/libs/lane/dist/a.js') },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('b', 'node:fs') },
  ];
  // samples at 1010, 1030, 1060, 1100, 1150
  const profile = {
    nodes,
    startTime: 1000,
    samples: [1, 1, 2, 3, 1],
    timeDeltas: [10, 20, 30, 40, 50],
  };
  expect(selfTimes(profile, 1020, 1100)).toEqual(
    new Map([
      ['libs/lane', 20],
      ['node', 40],
    ]),
  );
});
