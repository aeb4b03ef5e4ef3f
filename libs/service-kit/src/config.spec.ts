import { ConfigInvalid, readConfig, SERVICE_VARIABLES } from './config.js';

describe('the configuration of a service', () => {
  it('has a value for everything', () => {
    expect(readConfig(SERVICE_VARIABLES, { PATH: 'x', RINGFENCE_PARTITIONS: '4' })).toEqual({
      RINGFENCE_FOLDER: './data/house',
      RINGFENCE_PARTITIONS: 4,
      RINGFENCE_HOST: '127.0.0.1',
      RINGFENCE_PORT: 0,
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
