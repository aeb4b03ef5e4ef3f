import { ConfigInvalid, readConfig, SERVICE_VARIABLES } from './config.js';

describe('the configuration of a service', () => {
  it.each([
    ['off', 0],
    ['0', 0],
    ['0.25', 0.25],
    ['1', 1],
  ])('takes %s as the share that is traced (KIT-149)', (RINGFENCE_TRACE, ratio) =>
    expect(readConfig(SERVICE_VARIABLES, { RINGFENCE_TRACE }).RINGFENCE_TRACE).toBe(ratio),
  );
  it.each(['2', '-1', 'on', ''])('refuses %j as such a share (KIT-149)', (RINGFENCE_TRACE) =>
    expect(() => readConfig(SERVICE_VARIABLES, { RINGFENCE_TRACE })).toThrow(
      'RINGFENCE_TRACE: must be off, or a share from 0 to 1',
    ),
  );

  it('has a value for everything', () => {
    expect(readConfig(SERVICE_VARIABLES, { PATH: 'x', RINGFENCE_PARTITIONS: '4' })).toEqual({
      RINGFENCE_FOLDER: './data/house',
      RINGFENCE_PARTITIONS: 4,
      RINGFENCE_HOST: '127.0.0.1',
      RINGFENCE_PORT: 0,
      RINGFENCE_TRACE: 0,
    });
  });

  it('names every variable that is wrong', () => {
    const wrong = { RINGFENCE_PARTITIONS: '0', RINGFENCE_PORT: 'http', RINGFENCE_FOLDER: '' };
    let fault: unknown;
    try {
      readConfig(SERVICE_VARIABLES, wrong);
    } catch (thrown) {
      fault = thrown;
    }
    expect(fault).toBeInstanceOf(ConfigInvalid);
    const { problems } = fault as ConfigInvalid;
    expect(problems.map(({ variable }) => variable)).toEqual([
      'RINGFENCE_FOLDER',
      'RINGFENCE_PARTITIONS',
      'RINGFENCE_PORT',
    ]);
  });
});
