import { describeDated } from './shard.fixture.js';

describe('a house of futures, options and portfolios', () => describeDated());
