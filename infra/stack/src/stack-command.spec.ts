import { parseCommand } from './stack-command.js';

describe('npm run stack', () => {
  it('starts one broker, PostgreSQL and Redis when nothing is said', () => {
    expect(parseCommand([])).toEqual({
      brokers: 1,
      folder: expect.stringMatching(/\.stack\/data$/),
      parts: ['kafka', 'postgres', 'redis'],
    });
  });

  it('takes size, folder and parts', () => {
    expect(parseCommand(['--brokers', '3', '--folder', 'here', '--parts', 'redis,kafka'])).toEqual({
      brokers: 3,
      folder: 'here',
      parts: ['kafka', 'redis'],
    });
  });

  it.each([
    [['--brokers', '2'], '--brokers: 1 or 3, not "2"'],
    [['--folder', ''], '--folder: a path, not an empty text'],
    [['--parts', 'kafka,mysql'], '--parts: some of kafka,postgres,redis, each once'],
    [['--parts', 'redis,redis'], '--parts: some of kafka,postgres,redis, each once'],
    [['--parts', ''], '--parts: some of kafka,postgres,redis, each once'],
    [['--broker', '3'], "Unknown option '--broker'"],
    [['three'], 'Unexpected argument'],
  ])('names what is wrong with %j', (args, sentence) => {
    expect(() => parseCommand(args)).toThrow(sentence);
  });
});
