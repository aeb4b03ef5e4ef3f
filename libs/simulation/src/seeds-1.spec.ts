import { describeShard } from './shard.fixture.js';

describeShard(1);
