import { describeDated } from './shard.fixture.js';

describeDated();
