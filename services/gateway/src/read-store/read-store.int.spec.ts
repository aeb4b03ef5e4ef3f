import { readStoreSuite } from './read-store.fixture.js';

describe('the read store in memory', () => readStoreSuite(() => Promise.resolve(undefined)));
